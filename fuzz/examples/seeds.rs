//! Writes the first inputs of every target, and the words of their dictionary, into a folder.

use std::fs;
use std::path::PathBuf;

use quittance_fuzz::TARGETS;
use quittance_fuzz::vectors::Vectors;

fn main() -> std::io::Result<()> {
    let root = PathBuf::from(std::env::args_os().nth(1).expect("usage: seeds <folder>"));
    let vectors = Vectors::load();
    for target in TARGETS {
        let folder = root.join(target.name);
        fs::create_dir_all(&folder)?;
        let seeds = (target.seeds)(&vectors);
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:05}")), seed)?;
        }
        println!("{:<20} {:>5} seeds", target.name, seeds.len());
    }
    fs::write(root.join("dictionary"), vectors.dictionary())
}
