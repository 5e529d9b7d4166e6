//! How an answer is written.

use std::io::{self, Write};

use quittance_core::registry::AssetInfo;
use quittance_core::{Amount, Asset, Network};
use serde_json::{Value, json};

use crate::Failure;

/// For whom an answer is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    /// A person.
    Human,
    /// A program.
    Json,
    /// A spreadsheet.
    Csv,
}

impl Format {
    pub(crate) const fn of(json: bool, csv: bool) -> Self {
        match (json, csv) {
            (true, _) => Self::Json,
            (_, true) => Self::Csv,
            _ => Self::Human,
        }
    }
}

/// Writes a document, indented.
pub(crate) fn json(out: &mut impl Write, value: &Value) -> io::Result<()> {
    writeln!(out, "{value:#}")
}

/// Writes a text of a kind that is read by somebody else: as it is, or whole in a document.
pub(crate) fn text(out: &mut impl Write, format: Format, kind: &str, text: &str) -> Result<(), Failure> {
    match format {
        Format::Human => out.write_all(text.as_bytes())?,
        Format::Json => json(out, &json!({ "kind": kind, "text": text }))?,
        Format::Csv => return Err(Failure::new("this is no table: leave --csv out")),
    }
    Ok(())
}

/// Writes a row. A field that a spreadsheet would take for a formula gets an apostrophe in front, one that holds a separator gets quotes.
pub(crate) fn csv_row<'a>(out: &mut impl Write, fields: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
    let fields = fields.into_iter().map(|field| {
        let guard = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        let field = format!("{guard}{field}");
        if field.contains([',', '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
    });
    writeln!(out, "{}", fields.collect::<Vec<_>>().join(","))
}

/// The token that a network and a text name, where the registry knows it.
pub(crate) fn registered(network: Network, asset: &str) -> Option<&'static AssetInfo> {
    Asset::parse(network, asset).ok()?.registered()
}

/// An amount for people: in whole units of a token that the registry knows, else in atomic units.
pub(crate) fn amount(amount: Amount, network: Network, asset: &str) -> String {
    match registered(network, asset) {
        Some(info) => format!("{} {}", amount.format_units(info.decimals), info.symbol),
        None => format!("{amount} atomic units of {asset}"),
    }
}

/// How long after another moment, for people.
pub(crate) fn later(seconds: u64) -> String {
    match seconds {
        0..120 => format!("+{seconds} s"),
        120..7_200 => format!("+{} min", seconds / 60),
        _ => format!("+{} h", seconds / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use quittance_core::registry::networks;

    use super::*;

    fn row(fields: &[&str]) -> String {
        let mut out = Vec::new();
        csv_row(&mut out, fields.iter().copied()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn row_221_a_field_is_one_field_and_no_formula() {
        assert_eq!(row(&["a", "b,c", "d\"e", "=1+1", "-2", ""]), "a,\"b,c\",\"d\"\"e\",'=1+1,'-2,\n");
        assert_eq!(row(&["x\ny"]), "\"x\ny\"\n");
    }

    #[test]
    fn an_amount_is_in_units_where_they_are_known() {
        let usdc = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";
        assert_eq!(amount(Amount::from_u64(10_000), networks::BASE_SEPOLIA, usdc), "0.01 USDC");
        let other = "0x1111111111111111111111111111111111111111";
        assert_eq!(amount(Amount::from_u64(7), networks::BASE_SEPOLIA, other), format!("7 atomic units of {other}"));
    }

    #[test]
    fn times_are_as_coarse_as_they_are_long() {
        assert_eq!([0, 119, 120, 7_199, 7_200].map(later), ["+0 s", "+119 s", "+2 min", "+119 min", "+2 h"]);
    }
}
