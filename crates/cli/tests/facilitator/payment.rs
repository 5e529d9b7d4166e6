//! Payments, really signed, in requests as a seller sends them.

use quittance_core::chain::{Call, SignedTransaction};
use quittance_core::eip712::eip3009::{Authorization, TransferWithAuthorization};
use quittance_core::eip712::permit2::{
    EXACT_PROXY, ExactWitness, PERMIT2, PermitWitnessTransferFrom, TokenPermissions, UPTO_PROXY, UptoWitness, Witness,
};
use quittance_core::eip712::{self, Domain, eip2612};
use quittance_core::signature::{ERC6492_SUFFIX, SignatureBytes};
use quittance_core::wire::{
    Eip2612GasSponsoring, Eip3009Payload, Erc20ApprovalGasSponsoring, Extension, Extensions, Permit2Payload,
};
use quittance_core::{Address, Amount, Network, Nonce, SecretKey, UnixSeconds, Window};
use quittance_devnet::WALLET_FACTORY;
use quittance_facilitator::Transaction;
use serde_json::{Value, json};

use crate::chain::{Chain, fresh, token};

/// A contract wallet of a key.
pub(crate) struct Wallet {
    pub(crate) address: Address,
    /// What makes it.
    pub(crate) deployment: Call,
}

/// Where the sandbox's wallets are made.
pub(crate) fn factory() -> Address {
    Address::from_bytes(WALLET_FACTORY.into_array())
}

impl Wallet {
    /// The wallet of a key, which may not be there yet.
    pub(crate) fn of(chain: &Chain, owner: &SecretKey) -> Self {
        let arguments = [&[0; 12][..], owner.address().as_bytes(), &[7; 32]].concat();
        let named = |selector: [u8; 4]| [&selector[..], &arguments].concat();
        let word = chain.ask(factory(), &named(selector("addressOf(address,bytes32)")));
        let address = Address::from_bytes(word[12..].try_into().expect("an address"));
        Self { address, deployment: Call::new(factory(), named(selector("deploy(address,bytes32)"))) }
    }

    /// The key's signature, with how the wallet is made.
    fn sign(&self, signature: &[u8]) -> SignatureBytes {
        let number = |number: usize| Amount::from_u64(number as u64).to_be_bytes();
        let tail = |bytes: &[u8]| {
            let mut tail = [&number(bytes.len())[..], bytes].concat();
            tail.resize(tail.len().next_multiple_of(32), 0);
            tail
        };
        let (made, inner) = (tail(&self.deployment.data), tail(signature));
        let head = [&[0; 12][..], self.deployment.target.as_bytes(), &number(96), &number(96 + made.len())].concat();
        SignatureBytes::from_bytes(&[head, made, inner, ERC6492_SUFFIX.to_vec()].concat()).expect("it is short enough")
    }
}

fn selector(signature: &str) -> [u8; 4] {
    quittance_core::keccak256(signature.as_bytes())[..4].try_into().expect("four bytes")
}

/// The first transaction of somebody, which approves Permit2 for so many wei for a unit of gas.
pub(crate) fn approval(chain: &Chain, payer: &SecretKey, max_fee: u128) -> Transaction {
    let words = [&[0; 12][..], PERMIT2.as_bytes(), &[0xff; 32]].concat();
    let call = Call::new(token(), [&selector("approve(address,uint256)")[..], &words].concat());
    Transaction::sign(payer, Network::eip155(chain.id), 0, 70_000, max_fee, max_fee / 10, call).expect("it can be signed")
}

/// A payment to be made.
pub(crate) struct Payment<'a> {
    pub(crate) chain: &'a Chain,
    pub(crate) payer: &'a SecretKey,
    pub(crate) payee: Address,
    pub(crate) amount: u64,
}

impl Payment<'_> {
    fn until(&self) -> UnixSeconds {
        UnixSeconds::from_secs(self.chain.time() + 3_600)
    }

    fn requirements(&self, scheme: &str, amount: u64, extra: &Value) -> Value {
        json!({
            "scheme": scheme, "network": format!("eip155:{}", self.chain.id), "amount": amount.to_string(),
            "asset": token().to_string(), "payTo": self.payee.to_string(), "maxTimeoutSeconds": 3_600, "extra": extra,
        })
    }

    fn request(&self, accepted: &Value, requirements: &Value, payload: &Value) -> String {
        let payload = json!({ "x402Version": 2, "accepted": accepted, "payload": payload });
        json!({ "x402Version": 2, "paymentPayload": payload, "paymentRequirements": requirements }).to_string()
    }

    /// By EIP-3009, valid from one time to another.
    pub(crate) fn eip3009_within(&self, window: Window) -> String {
        self.by_authorization(&self.authorization(window))
    }

    fn by_authorization(&self, payload: &Value) -> String {
        let extra = json!({ "name": "USDC", "version": "2" });
        let requirements = self.requirements("exact", self.amount, &extra);
        self.request(&requirements, &requirements, payload)
    }

    /// By EIP-3009, of a wallet that is the payer's, with how it is made (ERC-6492).
    pub(crate) fn of_wallet(&self, wallet: &Wallet) -> String {
        let window = Window::new(UnixSeconds::from_secs(0), self.until());
        let (from, to, value) = (wallet.address, self.payee, Amount::from_u64(self.amount));
        let authorization = Authorization { from, to, value, window, nonce: Nonce::from_bytes(fresh()) };
        let domain = Domain::token("USDC", "2", self.chain.id, token()).separator();
        let signature = self.payer.sign(&eip712::digest(&domain, &TransferWithAuthorization(authorization)));
        let payload = Eip3009Payload::new(wallet.sign(&signature.to_bytes()), authorization);
        self.by_authorization(&serde_json::from_str(&payload.to_json()).expect("JSON"))
    }

    /// Up to the amount, of a wallet that is the payer's; all of it is charged.
    pub(crate) fn upto_of_wallet(&self, wallet: &Wallet, facilitator: Address) -> String {
        let permit = PermitWitnessTransferFrom {
            permitted: TokenPermissions { token: token(), amount: Amount::from_u64(self.amount) },
            spender: UPTO_PROXY,
            nonce: Nonce::from_bytes(fresh()),
            deadline: self.until(),
            witness: UptoWitness { to: self.payee, facilitator, valid_after: UnixSeconds::from_secs(0) },
        };
        let domain = Domain::permit2(self.chain.id).separator();
        let signature = self.payer.sign(&eip712::digest(&domain, &permit));
        let payload = Permit2Payload::new(wallet.sign(&signature.to_bytes()), wallet.address, permit);
        let extra = json!({ "assetTransferMethod": "permit2", "facilitatorAddress": facilitator.to_string() });
        let requirements = self.requirements("upto", self.amount, &extra);
        self.request(&requirements, &requirements, &serde_json::from_str(&payload.to_json()).expect("JSON"))
    }

    fn authorization(&self, window: Window) -> Value {
        let authorization = Authorization {
            from: self.payer.address(),
            to: self.payee,
            value: Amount::from_u64(self.amount),
            window,
            nonce: Nonce::from_bytes(fresh()),
        };
        let domain = Domain::token("USDC", "2", self.chain.id, token()).separator();
        serde_json::from_str(&Eip3009Payload::sign(self.payer, &domain, authorization).to_json()).expect("JSON")
    }

    /// By EIP-3009.
    pub(crate) fn eip3009(&self) -> String {
        self.eip3009_within(Window::new(UnixSeconds::from_secs(0), self.until()))
    }

    /// By EIP-3009, in the words of version 1.
    pub(crate) fn version_1(&self) -> String {
        let payload = self.authorization(Window::new(UnixSeconds::from_secs(0), self.until()));
        let payload = json!({ "x402Version": 1, "scheme": "exact", "network": "base-sepolia", "payload": payload });
        let requirements = json!({
            "scheme": "exact", "network": "base-sepolia", "maxAmountRequired": self.amount.to_string(), "asset": token().to_string(),
            "payTo": self.payee.to_string(), "maxTimeoutSeconds": 3_600, "resource": "https://shop.example/report",
            "description": "a report", "mimeType": "application/json", "extra": { "name": "USDC", "version": "2" },
        });
        json!({ "x402Version": 1, "paymentPayload": payload, "paymentRequirements": requirements }).to_string()
    }

    fn permit<W: Witness + Copy>(&self, spender: Address, witness: W) -> (Permit2Payload<W>, eip712::DomainSeparator) {
        let permit = PermitWitnessTransferFrom {
            permitted: TokenPermissions { token: token(), amount: Amount::from_u64(self.amount) },
            spender,
            nonce: Nonce::from_bytes(fresh()),
            deadline: self.until(),
            witness,
        };
        let domain = Domain::permit2(self.chain.id).separator();
        (Permit2Payload::new(self.payer.sign(&eip712::digest(&domain, &permit)), self.payer.address(), permit), domain)
    }

    /// By Permit2.
    pub(crate) fn permit2(&self) -> String {
        self.permit2_in(&json!({}))
    }

    /// The same with more in the seller's words on the token.
    fn permit2_in(&self, more: &Value) -> String {
        let (payload, _) = self.permit(EXACT_PROXY, ExactWitness { to: self.payee, valid_after: UnixSeconds::from_secs(0) });
        let mut extra = more.clone();
        extra["assetTransferMethod"] = json!("permit2");
        let requirements = self.requirements("exact", self.amount, &extra);
        self.request(&requirements, &requirements, &serde_json::from_str(&payload.to_json()).expect("JSON"))
    }

    /// By Permit2, with an allowance of the token's own kind (EIP-2612).
    pub(crate) fn with_permit(&self) -> String {
        let (owner, value, deadline) = (self.payer.address(), Amount::from_u64(self.amount), self.until());
        let permit = eip2612::Permit { owner, spender: PERMIT2, value, nonce: Amount::ZERO, deadline };
        let domain = Domain::token("USDC", "2", self.chain.id, token()).separator();
        let signature = self.payer.sign(&eip712::digest(&domain, &permit));
        let entry = Extension::from(&Eip2612GasSponsoring::new(token(), permit, signature));
        self.bringing(Eip2612GasSponsoring::ID, &entry)
    }

    /// By Permit2, with the payer's own approval, signed and not sent.
    pub(crate) fn with_approval(&self, approval: &Transaction) -> String {
        let raw = SignedTransaction::from_bytes(approval.raw().to_vec());
        let entry = Extension::from(&Erc20ApprovalGasSponsoring::new(self.payer.address(), token(), PERMIT2, Amount::MAX, raw));
        self.bringing(Erc20ApprovalGasSponsoring::ID, &entry)
    }

    fn bringing(&self, name: &str, entry: &Extension) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(name, entry);
        let mut request: Value = serde_json::from_str(&self.permit2_in(&json!({ "name": "USDC", "version": "2" }))).expect("JSON");
        let extensions = serde_json::from_str(&quittance_core::json::Object::from(&extensions).to_string()).expect("JSON");
        request["paymentPayload"]["extensions"] = extensions;
        request.to_string()
    }

    /// Up to the amount; the requests verify it, and settle so much of it.
    pub(crate) fn upto(&self, facilitator: Address, charges: &[u64]) -> (String, Vec<String>) {
        let witness = UptoWitness { to: self.payee, facilitator, valid_after: UnixSeconds::from_secs(0) };
        let (payload, _) = self.permit(UPTO_PROXY, witness);
        let payload = serde_json::from_str(&payload.to_json()).expect("JSON");
        let extra = json!({ "assetTransferMethod": "permit2", "facilitatorAddress": facilitator.to_string() });
        let accepted = self.requirements("upto", self.amount, &extra);
        let settle = |charge: &u64| self.request(&accepted, &self.requirements("upto", *charge, &extra), &payload);
        (self.request(&accepted, &accepted, &payload), charges.iter().map(settle).collect())
    }
}
