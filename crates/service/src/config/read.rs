//! From the text of a file to its keys.

use serde::de::DeserializeOwned;

use super::{ConfigError, Format};

/// The longest configuration, in bytes.
const LONGEST: usize = 256 * 1024;

/// Reads the keys of a file.
///
/// # Errors
///
/// [`ConfigError`] with a line and a column, and without the value there, which may be a secret in the wrong place.
pub fn read<T: DeserializeOwned>(text: &str, format: Format) -> Result<T, ConfigError> {
    if text.len() > LONGEST {
        return Err(ConfigError::at(1, 1, format!("a configuration has at most {LONGEST} bytes")));
    }
    match format {
        Format::Toml => toml::from_str(text).map_err(|error| {
            let byte = error.span().map_or(0, |span| span.start);
            ConfigError::at_byte(text, byte, quiet(error.message()))
        }),
        Format::Json => serde_json::from_str(text).map_err(|error| {
            let words = error.to_string();
            let words = words.split(" at line ").next().unwrap_or_default();
            ConfigError::at(error.line(), error.column(), quiet(words))
        }),
    }
}

/// The message of a reader without the value that it complains about.
fn quiet(words: &str) -> String {
    if let Some(words) = words.strip_prefix("unknown field `").and_then(unknown) {
        return words;
    }
    let complains = ["invalid type", "invalid value"].iter().find(|begin| words.starts_with(**begin));
    match (complains, words.rsplit_once(", expected ")) {
        (Some(begin), Some((_, expected))) => format!("{begin}, expected {expected}"),
        (Some(begin), None) => (*begin).into(),
        (None, _) => words.lines().next().unwrap_or_default().into(),
    }
}

/// A key that does not exist, and the one that was probably meant.
fn unknown(words: &str) -> Option<String> {
    let (key, rest) = words.split_once('`')?;
    let known: Vec<_> = rest.split('`').skip(1).step_by(2).collect();
    let close = |other: &&&str| distance(key, other) <= 1 + other.len() / 4;
    match known.iter().filter(close).min_by_key(|other| distance(key, other)) {
        Some(other) => Some(format!("unknown key `{key}`; did you mean `{other}`?")),
        None if known.is_empty() => Some(format!("unknown key `{key}`; there are none here")),
        None => Some(format!("unknown key `{key}`; the keys here are {}", known.join(", "))),
    }
}

/// How many letters have to be put in, left out, changed or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for (i, of_a) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, of_b) in b.iter().enumerate() {
            let changed = rows[i][j] + usize::from(of_a != of_b);
            let mut least = changed.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *of_a == b[j - 1] && a[i - 1] == *of_b {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(default)]
        #[expect(dead_code, reason = "what is read is not looked at")]
        route: Vec<Route>,
    }

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "what is read is not looked at")]
    struct Route {
        path: Option<String>,
        price: Option<String>,
        pay_to: Option<String>,
    }

    fn said(text: &str, format: Format) -> String {
        read::<File>(text, format).unwrap_err().to_string()
    }

    #[test]
    fn a_key_that_does_not_exist_is_named_with_its_place_and_the_one_that_was_meant() {
        let toml = "[[route]]\npath = \"/\"\n  pirce = \"$0.01\"\n";
        assert_eq!(said(toml, Format::Toml), "3:3: unknown key `pirce`; did you mean `price`?");
        assert_eq!(said("payto = 1\n", Format::Toml), "1:1: unknown key `payto`; the keys here are route");
        assert_eq!(said("[[route]]\npayto = 1\n", Format::Toml), "2:1: unknown key `payto`; did you mean `pay_to`?");
        assert_eq!(said("{\"rout\": []}", Format::Json), "1:7: unknown key `rout`; did you mean `route`?");
    }

    #[test]
    fn row_220_a_value_in_the_wrong_place_is_not_repeated() {
        for (text, format) in [("route = \"s3cret\"", Format::Toml), ("{\"route\": \"s3cret\"}", Format::Json)] {
            let said = said(text, format);
            assert!(said.contains("invalid type, expected") && !said.contains("s3cret"), "{said}");
        }
        assert!(said(&"#".repeat(LONGEST + 1), Format::Toml).starts_with("1:1: a configuration has at most"));
    }

    #[test]
    fn letters_are_counted() {
        for (a, b, expected) in [("", "abc", 3), ("pirce", "price", 1), ("price", "price", 0), ("prise", "price", 1), ("x", "", 1)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }
}
