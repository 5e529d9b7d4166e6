//! The demo, as a person and as a program see it.

use std::io::Seek as _;
use std::process::{Command, Output};

use serde_json::Value;

fn demo(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_quittance")).arg("demo").args(arguments).output().unwrap()
}

#[test]
fn it_tells_seven_packets_in_order_and_everything_holds() {
    let output = demo(&["--json"]);
    assert!(output.status.success(), "{output:?}");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["held"], true, "{told:#}");
    let scenes = told["scenes"].as_array().unwrap();
    let packets = scenes.iter().filter_map(|scene| scene["packet"].as_u64()).collect::<Vec<_>>();
    assert_eq!(packets, [1, 2, 3, 4, 5, 6, 7]);
    let verdicts = scenes.iter().filter(|scene| scene["kind"] == "verdict").collect::<Vec<_>>();
    assert_eq!(verdicts.len(), 6);
    for verdict in verdicts {
        assert_eq!(verdict["held"], true, "{verdict:#}");
    }
    // the agent's payment is tried elsewhere, and not another one that is no good anyway
    let elsewhere = scenes.iter().find(|scene| scene["title"].as_str().unwrap().contains("another report")).unwrap();
    assert!(!elsewhere["facts"][0]["fact"].as_str().unwrap().contains("valid_before"), "{elsewhere:#}");
}

#[test]
fn row_220_it_shows_no_signature() {
    let output = demo(&[]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Everything held."), "{text}");
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        // 64 digits are a hash; a signature has 130, and a payment in base64 more
        assert!(word.len() <= 66, "{word}");
    }
}

/// How many bytes of standard input a demo has read, where a line is as long as this.
fn read(arguments: &[&str], line: usize) -> u64 {
    let path = std::env::temp_dir().join(format!("quittance-demo-{}-{}", std::process::id(), arguments.len()));
    std::fs::write(&path, format!("{}\n", "x".repeat(line - 1)).repeat(20)).unwrap();
    // both have one place in the file
    let mut input = std::fs::File::open(&path).unwrap();
    let shared = input.try_clone().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_quittance")).arg("demo").args(arguments).stdin(shared).output().unwrap();
    std::fs::remove_file(&path).unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && text.contains("Everything held."), "{text}");
    input.stream_position().unwrap()
}

#[test]
fn it_takes_a_line_for_each_of_the_seven_packets_where_it_goes_step_by_step() {
    // longer than what is read ahead, of which it is a multiple
    let line = 1 << 16;
    assert_eq!(read(&["--step"], line), 7 * line as u64);
    assert_eq!(read(&[], line), 0);
}

#[test]
fn it_is_no_table() {
    let output = demo(&["--csv"]);
    assert_eq!(output.status.code(), Some(2));
}
