//! Why things are as they are: for readers, nothing to call.

pub mod decisions {
    //! Where the specification is silent or its implementations disagree, and what this crate does.
    //!
    //! Each line is a group of cases in `spec-vectors/`, whose `says` members tell what each reference does with the same bytes.
    //!
    //! | question | here | why |
    //! |---|---|---|
    //! | which base64? | standard alphabet, padded, canonical, no white space | one payment must have one text, or whoever keys on the text sees two |
    //! | how long a header? | 8 KiB, settable | common front ends drop longer lines; nobody else says anything |
    //! | a name twice in one object? | refused at every level, after unescaping | one party would check the first, another would pay the last |
    //! | `null` for an optional member? | read as absent, never written | one reference writes it, another refuses it |
    //! | `x402Version` `"2"`, `2.0`, missing? | refused | a dispatcher that guesses can be steered |
    //! | `amount` `"01"`, `"0x10"`, `" 1 "`, `""`? | refused: `0` or digits without a leading zero | each reference reads some of these, and not as the same number |
    //! | `maxTimeoutSeconds` `60.0`, `"60"`? | refused: an integer literal | three readers see three things |
    //! | an address with a wrong checksum? | refused; all lower or all upper case is accepted | the checksum exists to catch the one wrong digit |
    //! | `eip155:08453`, `EIP155:8453`? | refused | networks are compared as text by some and as numbers by others |
    //! | `resource` missing? | accepted | three of four references do, and the server derives its own anyway |
    //! | an unknown member? | kept, never acted on; inside `accepted` it makes another offer | what one party reads and another ignores changes prices |
    //! | `extra` absent, `null`, `{}`? | the same | |
    //! | `exact`: more than the price? | refused | exact means equal; one reference takes it, and so a buyer can be overcharged |
    //! | `validAfter == now`, EIP-3009? | not yet valid | the token asks for later than |
    //! | `validAfter == now`, Permit2? | valid | the proxy asks for not earlier than |
    //! | how close to the end? | six seconds before `validBefore`, settable | the margin the references share; the chain's clock decides in the end |
    //! | a recovery byte of 0 or 1, a high `s`? | refused | the token refuses them on chain, after the content was served |
    //! | a 65-byte signature of a contract wallet? | code at the address decides, not the length | |
    //! | a domain name from `extra`? | compared with the registry | a client that edits both signs for another token's look-alike |
    //! | a price finer than the token's unit? | an error | rounding is a price nobody offered |
    //! | a v1 payment where two offers share scheme and network? | the signed amount and payee decide | else the cheaper is paid and the dearer is taken |
    //! | a number beyond 2^53 - 1 in `extra`? | refused | a JavaScript party has another number |
}

pub mod threats {
    //! What a stranger can try with bytes alone, and what answers it.
    //!
    //! - **Two readings of one text.** Duplicate names, lenient base64, half surrogates, numbers that round: [`json`](crate::json) and
    //!   [`header`](crate::header) refuse what two conforming readers could read differently.
    //! - **Cost.** Size is bounded before decoding, depth while reading, names in `n log n`; a signature's length before it is allocated.
    //!   No input panics: the parsers index nothing, and property tests feed them anything.
    //! - **Words taken for facts.** What a client says it accepted, which resource it pays for, how a token is called: these arrive as
    //!   claims in [`Payment`](crate::Payment) and are compared with [`Terms`](crate::Terms) and the [registry](crate::registry).
    //! - **One payment in two coats.** Hexadecimal case, spacing, a second signature for the same message: a payment is identified by
    //!   [`ReplayKey`](crate::ReplayKey), which is what the chain spends.
    //! - **A skipped check.** [`proof`](crate::proof) tokens: serving without settling does not compile.
    //! - **A verdict out of an error.** An outage is a [`Fault`](crate::Fault), a refusal a [`Rejection`](crate::Rejection), and neither
    //!   converts into the other; an unanswered question to a chain is [`Progress::Ask`](crate::Progress::Ask), never a pass.
    //! - **Leaks.** Keys and salts have no `Debug`; signatures, payloads and URLs print their shape. Errors hold places, not texts.
    //!
    //! What bytes alone cannot answer: whether the payer has the money, whether the nonce is spent, whether a contract wallet agrees,
    //! whether the same payment was shown elsewhere. Those need a chain and a guard, and the offline API never says "paid".
}

pub mod speed {
    //! What a verification costs, and the three ways to make it cost less.
    //!
    //! Nearly all of the time goes into one question to the curve: which key made this signature. Everything that can refuse a payment for
    //! less is looked at before: size, base64, JSON, offer, amount, window, recipient. The table in the README has the figures; they
    //! are ratios, measured in one run beside libsecp256k1.
    //!
    //! **Payers who come back.** Recovery finds a key; a payer who has paid here before has one that is known, and checking that *this* key
    //! made the signature takes half the time. [`PayerCache`](crate::signature::PayerCache) keeps such keys. It belongs to the caller:
    //! make one at start-up with as many places as there is memory for, 8 KiB each; let it
    //! [`learn`](crate::signature::PayerCache::learn) after each settlement (`quittance_evm::learn` does so for its schemes); and lend it to
    //! each check with [`VerifyInput::with_payers`](crate::VerifyInput::with_payers). Many readers may share it behind a lock, and only learning
    //! needs the writer's side.
    //!
    //! **Many at once.** [`Scheme::verify_many`](crate::Scheme::verify_many) takes a slice of payments and shares between their signatures
    //! what can be shared: inversions. Known payers gain a quarter by it, others a tenth; four are enough to begin. It is for hosts
    //! that have several payments at hand anyway, such as a facilitator with a queue; waiting for a batch to fill costs more than it
    //! gains. The feature `rayon` of `quittance-evm` deals a slice out to all cores.
    //!
    //! **Offers that come back.** A payment repeats the offer that it takes, mostly letter by letter.
    //! [`Payment::from_headers_for`](crate::Payment::from_headers_for) compares these letters with the seller's own, which were read when the
    //! offer was made, and reads only what differs: a third less of a header's cost.
    //!
    //! **What none of them changes.** The verdict. A known key accepts exactly what recovery gives it, down to the parity of the nonce's
    //! point; a bad payment in a batch takes nothing from its neighbours. The first two are held to plain recovery by tests over small
    //! groups, where everything that can coincide does, by property tests, by a fuzz target, and by Project Wycheproof's rows; the third to
    //! reading without offers by a property test and by a fuzz target.
    //!
    //! **What strangers can do with them.** A place in the cache costs a settlement, a lasting one two; signatures cost nothing and buy
    //! nothing. (One for those who only show good payments is another thing: see [`KnownPayer`](crate::signature::KnownPayer).)
    //! A hit is faster than a miss, which tells whoever can time it that a payer has paid here before: the chain says so to
    //! everybody. A forged signature in a known payer's name costs half of what it costs in a stranger's. A batch that somebody fills with
    //! numbers made to collide is added up the slow way, and costs what its payments cost alone.
}
