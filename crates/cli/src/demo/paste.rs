//! Lines for another terminal, once everything runs. The stage of interop pastes them.

use std::io::{self, Write};

/// What the lines are about.
pub(super) struct Paste<'a> {
    /// Where the shop is.
    pub(super) shop: &'a str,
    /// Who sells there.
    pub(super) payee: String,
    /// Where the chain is.
    pub(super) chain: String,
    /// The token that is paid with there.
    pub(super) token: &'a str,
    /// A key that may be used up.
    pub(super) key: String,
    /// What a report costs.
    pub(super) price: &'a str,
}

/// A part: what it is for, and what is pasted. The text of another language stands in one pair of `'`, and so has none itself.
type Part = (&'static str, String);

impl Paste<'_> {
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "\nIt goes on running. For another terminal:")?;
        for (what, text) in self.parts() {
            writeln!(out, "\n# {what}\n{text}")?;
        }
        writeln!(out, "\nCtrl-C ends everything.")
    }

    fn parts(&self) -> [Part; 5] {
        let Self { shop, payee, chain, token, key, price } = self;
        let (report, quittance) = (format!("{shop}/v1/report/7"), program());
        [
            ("what it costs", format!("curl -si {report} | {quittance} inspect -")),
            (
                "buy it, with a key that everybody knows and a wallet that nobody keeps",
                format!(
                    "EVM_PRIVATE_KEY={key} {quittance} pay {report} \\\n  \
                     --max-amount '{price}' --network base-sepolia --allow-http --home \"$(mktemp -d)\""
                ),
            ),
            (
                "with the official client: npm install @x402/fetch @x402/evm viem",
                format!(
                    "node --input-type=module -e '
import {{ wrapFetchWithPayment, x402Client }} from \"@x402/fetch\";
import {{ ExactEvmScheme }} from \"@x402/evm\";
import {{ privateKeyToAccount }} from \"viem/accounts\";
const signer = privateKeyToAccount(\"{key}\");
const client = new x402Client().register(\"eip155:*\", new ExactEvmScheme(signer));
const paid = await wrapFetchWithPayment(fetch, client)(\"{report}\");
console.log(paid.status, await paid.text());'"
                ),
            ),
            (
                "with that for Python: pip install 'x402[evm,clients]'",
                format!(
                    "python3 -c '
from eth_account import Account
from x402 import x402ClientSync
from x402.http.clients.requests import x402_requests
from x402.mechanisms.evm.exact import register_exact_evm_client
from x402.mechanisms.evm.signers import EthAccountSigner
signer = EthAccountSigner(Account.from_key(\"{key}\"))
paid = x402_requests(register_exact_evm_client(x402ClientSync(), signer)).get(\"{report}\")
print(paid.status_code, paid.text)'"
                ),
            ),
            (
                "what the shop has by now, and a million to begin with: npm install viem",
                format!(
                    "node --input-type=module -e '
import {{ createPublicClient, erc20Abi, formatUnits, http }} from \"viem\";
const chain = createPublicClient({{ transport: http(\"{chain}\") }});
const balance = {{ abi: erc20Abi, address: \"{token}\", functionName: \"balanceOf\", args: [\"{payee}\"] }};
console.log(formatUnits(await chain.readContract(balance), 6), \"USDC\");'"
                ),
            ),
        ]
    }
}

/// This program, as it was called: in a clone it is on nobody's path.
fn program() -> String {
    let called = std::env::args().next().unwrap_or_default();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '/' | '.' | '-' | '_');
    if called.is_empty() {
        "quittance".into()
    } else if called.chars().all(plain) {
        called
    } else {
        format!("'{called}'")
    }
}
