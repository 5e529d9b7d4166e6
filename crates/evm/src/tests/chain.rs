//! What the chain has to say, and what follows from it.

use quittance_core::ChainMode;
use quittance_core::eip712::permit2::{EXACT_PROXY, PERMIT2, UPTO_PROXY};

use super::permit2::{FACILITATOR, at, exact, offer, paid, token, upto};
use super::*;
use crate::UPTO;

/// What there is to know of a chain, as a model of it. The defaults let every payment of these tests through.
#[derive(Clone)]
struct Chain {
    /// The code at the payer's address.
    code: Vec<u8>,
    token_code: Vec<u8>,
    proxy_code: Vec<u8>,
    signed: ChainAnswer,
    used: ChainAnswer,
    allowance: ChainAnswer,
    balance: ChainAnswer,
    success: ChainAnswer,
}

const YES: ChainAnswer = ChainAnswer::Flag(true);
const NO: ChainAnswer = ChainAnswer::Flag(false);

fn chain() -> Chain {
    let enough = ChainAnswer::Amount(Amount::from_u64(10_000));
    let code = [0x60, 0x80].to_vec();
    Chain {
        code: Vec::new(),
        token_code: code.clone(),
        proxy_code: code,
        signed: NO,
        used: NO,
        allowance: enough.clone(),
        balance: enough,
        success: YES,
    }
}

fn reverted() -> ChainAnswer {
    ChainAnswer::Failed([0x08, 0xc3, 0x79, 0xa0].into())
}

impl Chain {
    fn answer(&self, question: &ChainQuery) -> ChainAnswer {
        match question {
            ChainQuery::Code { address } if *address == key().address() => ChainAnswer::Bytes(self.code.clone()),
            ChainQuery::Code { address } if *address == token() => ChainAnswer::Bytes(self.token_code.clone()),
            ChainQuery::Code { address } if [EXACT_PROXY, UPTO_PROXY].contains(address) => {
                ChainAnswer::Bytes(self.proxy_code.clone())
            }
            ChainQuery::ContractSignature { wallet, .. } if *wallet == key().address() => self.signed.clone(),
            ChainQuery::NonceState { token: asked, authorizer, nonce }
                if (*asked, *authorizer, nonce.as_bytes()) == (token(), key().address(), &[9; 32]) =>
            {
                self.used.clone()
            }
            ChainQuery::PermitNonce { owner, nonce } if (*owner, nonce.as_bytes()) == (key().address(), &[9; 32]) => {
                self.used.clone()
            }
            ChainQuery::Allowance { token: asked, owner, spender }
                if (*asked, *owner, *spender) == (token(), key().address(), PERMIT2) =>
            {
                self.allowance.clone()
            }
            ChainQuery::Balance { token: asked, owner } if (*asked, *owner) == (token(), key().address()) => self.balance.clone(),
            ChainQuery::Simulate(calls) if calls.len() == 1 => self.success.clone(),
            other => panic!("nobody needs to know: {other:?}"),
        }
    }
}

fn kind(question: &ChainQuery) -> String {
    format!("{question:?}").split(['{', '(']).next().unwrap().trim().into()
}

/// Asks until there is a verdict, all at once and one by one, which has to come to the same.
fn settle(scheme: &dyn Scheme, payment: &Payment, terms: &Terms, chain: &Chain, mode: ChainMode) -> (String, Vec<Vec<String>>) {
    let input = VerifyInput::offline(payment, terms, at(NOW)).in_mode(mode);
    let told = |verdict: Result<Progress, Rejection>| match verdict {
        Ok(Progress::Verified(proof)) => Some(format!("{}", proof.payer())),
        Ok(_) => None,
        Err(rejection) => Some(rejection.code().into()),
    };
    let (mut answers, mut rounds) = (Vec::new(), Vec::new());
    let at_once = loop {
        if let Some(verdict) = told(scheme.verify(&input.with_answers(&answers))) {
            break verdict;
        }
        let questions = match scheme.questions(&input.with_answers(&answers)) {
            Ok(questions) => questions,
            Err(rejection) => break rejection.code().into(),
        };
        let Ok(Progress::Ask(next)) = scheme.verify(&input.with_answers(&answers)) else { panic!("a question") };
        assert_eq!(questions.first(), Some(&next), "what is foreseen begins with what is asked");
        rounds.push(questions.iter().map(kind).collect());
        answers.extend(questions.into_iter().map(|question| (question.clone(), chain.answer(&question))));
        assert!(rounds.len() < 4, "{rounds:?}");
    };
    let mut answers = Vec::new();
    let one_by_one = loop {
        match scheme.verify(&input.with_answers(&answers)) {
            Ok(Progress::Ask(question)) => answers.push((question.clone(), chain.answer(&question))),
            verdict => break told(verdict).unwrap(),
        }
    };
    assert_eq!(at_once, one_by_one);
    (at_once, rounds)
}

/// The verdict on a good EIP-3009 payment.
fn check_transfer(edit: impl FnOnce(&mut Chain), expected: &str) {
    let mut chain = chain();
    edit(&mut chain);
    let terms = terms();
    let (verdict, _) = settle(&EXACT, &signed(&terms, transfer()), &terms, &chain, ChainMode::Simulated);
    assert_eq!(verdict, expected);
}

/// The verdict on a good permit, which is the same for both proxies.
fn check_permit(edit: impl FnOnce(&mut Chain), expected: &str) {
    let mut chain = chain();
    edit(&mut chain);
    let (fixed, ceiling) = (offer("exact"), offer("upto"));
    assert_eq!(settle(&EXACT, &paid(&fixed, exact()), &fixed, &chain, ChainMode::Simulated).0, expected);
    assert_eq!(settle(&UPTO, &paid(&ceiling, upto()), &ceiling, &chain, ChainMode::Simulated).0, expected);
}

#[test]
fn with_a_chain_at_hand_one_round_of_questions_is_enough() {
    let terms = terms();
    let payment = signed(&terms, transfer());
    let rounds = |scheme: &dyn Scheme, chain: &Chain, mode| settle(scheme, &payment, &terms, chain, mode);
    let state = ["Code", "ContractSignature", "Code", "NonceState", "Balance"];
    assert_eq!(rounds(&EXACT, &chain(), ChainMode::Offline), (payer(), Vec::<Vec<String>>::new()));
    assert_eq!(rounds(&EXACT, &chain(), ChainMode::State), (payer(), vec![state.map(String::from).to_vec()]));
    let all = [&state[..], &["Simulate"]].concat();
    assert_eq!(rounds(&EXACT, &chain(), ChainMode::Simulated).1, core::slice::from_ref(&all));
    // payers with a key only: nobody else is asked about a signature, unless there is code after all
    let keys: Vec<_> = all.iter().copied().filter(|kind| *kind != "ContractSignature").collect();
    assert_eq!(rounds(&EXACT.keys_only(), &chain(), ChainMode::Simulated).1, [keys]);
    // a delegation is code (row 103), and its word has been asked for already
    let delegated = Chain { code: [&[0xef, 0x01, 0x00][..], &[1; 20]].concat(), signed: YES, ..chain() };
    assert_eq!(rounds(&EXACT, &delegated, ChainMode::Simulated), (payer(), vec![all.iter().map(|kind| (*kind).into()).collect()]));

    let ceiling = offer("upto");
    let (verdict, rounds) = settle(&UPTO, &paid(&ceiling, upto()), &ceiling, &chain(), ChainMode::Simulated);
    let all = ["Code", "ContractSignature", "Code", "Code", "PermitNonce", "Allowance", "Balance", "Simulate"];
    assert_eq!((verdict, rounds), (payer(), vec![all.map(String::from).to_vec()]));
}

#[test]
fn what_an_earlier_check_came_to_changes_no_verdict() {
    let terms = terms();
    let payment = signed(&terms, transfer());
    let offline = VerifyInput::offline(&payment, &terms, at(NOW));
    let Ok(Progress::Verified(earlier)) = EXACT.verify(&offline) else { panic!("it passes") };
    let digest = crate::digest(&payment, &terms);
    assert_eq!((offline.digest(), offline.with_earlier(Some(&earlier)).digest()), (None, digest));
    // the same words again, another payment under the same signature, and other terms of the same words
    let again = signed(&terms, transfer());
    let quittance_core::Authorization::Eip3009(payload) = payment.authorization() else { panic!("it is one") };
    let dear = with_signature(&terms, Transfer { nonce: Nonce::from_bytes([8; 32]), ..transfer() }, payload.signature.clone());
    let others = Terms::parse(terms.requirements().clone()).unwrap();
    for (payment, terms, known) in
        [(&payment, &terms, true), (&again, &terms, false), (&dear, &terms, false), (&payment, &others, false)]
    {
        for mode in [ChainMode::Offline, ChainMode::State, ChainMode::Simulated] {
            let input = VerifyInput::offline(payment, terms, at(NOW)).in_mode(mode);
            let with = input.with_earlier(Some(&earlier));
            assert_eq!(with.digest().is_some(), known);
            assert_eq!(format!("{:?}", EXACT.verify(&with)), format!("{:?}", EXACT.verify(&input)));
            assert_eq!(EXACT.questions(&with), EXACT.questions(&input));
            let code = [(ChainQuery::Code { address: key().address() }, ChainAnswer::Bytes(Vec::new()))];
            let (with, input) = (with.with_answers(&code), input.with_answers(&code));
            assert_eq!(format!("{:?}", EXACT.verify(&with)), format!("{:?}", EXACT.verify(&input)));
        }
    }
}

#[test]
fn what_is_wrong_without_a_chain_costs_no_question() {
    let terms = terms();
    let forged = with_signature(&terms, transfer(), SignatureBytes::from_bytes(&[1; 65]).unwrap());
    let dear = signed(&terms, Transfer { value: Amount::from_u64(10_001), ..transfer() });
    for (scheme, payment, expected) in [
        (EXACT, &dear, "eip3009_value"),
        (EXACT.keys_only(), &dear, "eip3009_value"),
        (EXACT.keys_only(), &forged, "eip3009_signature"),
    ] {
        let input = VerifyInput::offline(payment, &terms, at(NOW)).on_chain(&[]);
        assert_eq!(scheme.verify(&input).map(|_| ()).map_err(Rejection::code), Err(expected));
        assert_eq!(scheme.questions(&input).map_err(Rejection::code), Err(expected));
    }
    // whether this one is a forgery, only the code can say
    assert_eq!(settle(&EXACT, &forged, &terms, &chain(), ChainMode::Simulated).0, "eip3009_signature");
    let wallet = Chain { code: [1].into(), signed: YES, ..chain() };
    assert_eq!(settle(&EXACT, &forged, &terms, &wallet, ChainMode::Simulated).0, payer());
}

#[test]
fn each_answer_has_its_code_for_a_transfer() {
    check_transfer(|_| {}, &payer());
    check_transfer(|chain| chain.token_code = Vec::new(), "asset_not_deployed");
    check_transfer(|chain| chain.used = YES, "eip3009_nonce_used");
    check_transfer(|chain| chain.used = reverted(), "eip3009_not_supported");
    check_transfer(|chain| chain.balance = ChainAnswer::Amount(Amount::from_u64(9_999)), "insufficient_funds");
    check_transfer(|chain| chain.balance = reverted(), "asset_unknown");
    check_transfer(|chain| chain.success = NO, "eip3009_simulation");
    check_transfer(|chain| chain.success = reverted(), "eip3009_simulation");
}

/// What is still asked, or what is wrong, when all is answered but the questions of one kind.
fn without(kinds: &[&str], chain: &Chain, mode: ChainMode) -> String {
    let terms = terms();
    let payment = signed(&terms, transfer());
    let input = VerifyInput::offline(&payment, &terms, at(NOW)).in_mode(mode);
    let questions = EXACT.questions(&input).unwrap();
    let told = questions.iter().filter(|question| !kinds.contains(&kind(question).as_str()));
    let answers = told.map(|question| (question.clone(), chain.answer(question))).collect::<Vec<_>>();
    match EXACT.verify(&input.with_answers(&answers)) {
        Ok(Progress::Verified(_)) => "valid".into(),
        Ok(Progress::Ask(question)) => {
            let foreseen = EXACT.questions(&input.with_answers(&answers)).unwrap();
            assert_eq!(foreseen.first(), Some(&question));
            foreseen.iter().map(kind).collect::<Vec<_>>().join(" ")
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn the_balance_is_asked_to_name_why_a_transfer_fails_and_not_where_it_succeeds() {
    let without_balance = |chain: &Chain, mode| without(&["Balance"], chain, mode);
    assert_eq!(without_balance(&chain(), ChainMode::Simulated), "valid");
    assert_eq!(without_balance(&chain(), ChainMode::State), "Balance");
    for success in [NO, reverted()] {
        assert_eq!(without_balance(&Chain { success, ..chain() }, ChainMode::Simulated), "Balance");
    }
    // a nonce that is used comes before it, also where the token says yes to it
    assert_eq!(without_balance(&Chain { used: YES, ..chain() }, ChainMode::Simulated), "Err(Eip3009NonceUsed)");
}

#[test]
fn row_145_the_nonce_is_asked_to_name_why_a_transfer_fails_and_not_where_a_token_that_reverts_on_a_used_one_succeeds() {
    let left_out = &["NonceState", "Balance"];
    assert_eq!(without(left_out, &chain(), ChainMode::Simulated), "valid");
    assert_eq!(without(left_out, &chain(), ChainMode::State), "NonceState Balance");
    for success in [NO, reverted()] {
        assert_eq!(without(left_out, &Chain { success, ..chain() }, ChainMode::Simulated), "NonceState Balance");
    }
    assert_eq!(without(&["NonceState"], &chain(), ChainMode::Simulated), "valid");
}

#[test]
fn row_145_a_token_that_nobody_knows_is_asked_for_nonce_and_balance() {
    // it may do nothing and say yes
    let other = Terms::parse(edited(|offer| offer.asset = PAYEE.into())).unwrap();
    let unsigned = Eip3009Payload::new(SignatureBytes::from_bytes(&[]).unwrap(), transfer());
    let digest = crate::eip3009::digest(&unsigned, &other).unwrap();
    let payment = with_signature(&other, transfer(), key().sign(&digest).into());
    let input = VerifyInput::offline(&payment, &other, at(NOW)).in_mode(ChainMode::Simulated);
    let answer = |question: &ChainQuery| match question {
        ChainQuery::Code { address } if *address != key().address() => ChainAnswer::Bytes([1].into()),
        ChainQuery::NonceState { .. } => NO,
        ChainQuery::Balance { .. } => chain().balance,
        other => chain().answer(other),
    };
    for left_out in ["NonceState", "Balance"] {
        let answers = EXACT.questions(&input).unwrap().into_iter().filter(|question| kind(question) != left_out);
        let answers = answers.map(|question| (question.clone(), answer(&question))).collect::<Vec<_>>();
        let Ok(Progress::Ask(asked)) = EXACT.verify(&input.with_answers(&answers)) else { panic!("it is not asked") };
        assert_eq!(kind(&asked), left_out);
    }
}

#[test]
fn row_142_a_payment_that_went_through_is_called_used_and_not_poor() {
    let nothing_left = |chain: &mut Chain| {
        chain.used = YES;
        chain.balance = ChainAnswer::Amount(Amount::ZERO);
        chain.allowance = ChainAnswer::Amount(Amount::ZERO);
        chain.success = NO;
    };
    check_transfer(nothing_left, "eip3009_nonce_used");
    check_permit(nothing_left, "permit2_nonce_used");
}

#[test]
fn row_103_a_good_key_does_not_speak_for_code() {
    let delegation = [&[0xef, 0x01, 0x00][..], &[1; 20]].concat();
    check_transfer(|chain| chain.code = delegation.clone(), "eip3009_signature");
    check_permit(|chain| chain.code = delegation.clone(), "permit2_signature");
    // who signed comes before what the chain says of the money
    check_transfer(|chain| (chain.code, chain.used) = (delegation.clone(), YES), "eip3009_signature");
}

#[test]
fn row_166_each_answer_has_its_code_for_a_permit() {
    check_permit(|_| {}, &payer());
    check_permit(|chain| chain.token_code = Vec::new(), "asset_not_deployed");
    check_permit(|chain| chain.proxy_code = Vec::new(), "permit2_proxy_missing");
    check_permit(|chain| chain.used = YES, "permit2_nonce_used");
    check_permit(|chain| chain.used = reverted(), "permit2_proxy_missing");
    check_permit(|chain| chain.allowance = ChainAnswer::Amount(Amount::from_u64(9_999)), "permit2_allowance");
    check_permit(|chain| chain.allowance = reverted(), "asset_unknown");
    check_permit(|chain| chain.balance = ChainAnswer::Amount(Amount::from_u64(9_999)), "permit2_balance");
    check_permit(|chain| chain.balance = reverted(), "asset_unknown");
    check_permit(|chain| chain.success = NO, "permit2_simulation");
    // allowance before balance, as the specification has it
    let nothing = |chain: &mut Chain| {
        chain.allowance = ChainAnswer::Amount(Amount::ZERO);
        chain.balance = ChainAnswer::Amount(Amount::ZERO);
    };
    check_permit(nothing, "permit2_allowance");
    assert_eq!(Rejection::Permit2Allowance.status(), 412);
}

#[test]
fn an_answer_of_the_wrong_kind_leaves_its_question_open() {
    let terms = terms();
    let payment = signed(&terms, transfer());
    let input = VerifyInput::offline(&payment, &terms, at(NOW)).on_chain(&[]);
    let questions = EXACT.questions(&input).unwrap();
    let right = questions.iter().map(|question| (question.clone(), chain().answer(question))).collect::<Vec<_>>();
    assert!(matches!(EXACT.verify(&input.with_answers(&right)), Ok(Progress::Verified(_))));
    let wrong = [ChainAnswer::Bytes(vec![1]), ChainAnswer::Amount(Amount::MAX), YES, reverted()];
    // the second question is about a wallet that is not there
    for (i, question) in questions.iter().enumerate().filter(|(i, _)| *i != 1) {
        for wrong in &wrong {
            let fits = matches!(
                (question, wrong),
                (ChainQuery::Code { .. }, ChainAnswer::Bytes(_))
                    | (ChainQuery::Balance { .. }, ChainAnswer::Amount(_))
                    | (ChainQuery::NonceState { .. } | ChainQuery::Simulate(_), ChainAnswer::Flag(_))
                    | (
                        ChainQuery::NonceState { .. } | ChainQuery::Simulate(_) | ChainQuery::Balance { .. },
                        ChainAnswer::Failed(_)
                    )
            );
            let mut answers = right.clone();
            answers[i].1 = wrong.clone();
            let asked = match EXACT.verify(&input.with_answers(&answers)) {
                Ok(Progress::Ask(asked)) => {
                    asked == *question && EXACT.questions(&input.with_answers(&answers)).unwrap() == [asked]
                }
                _ => false,
            };
            assert_eq!(asked, !fits, "{question:?} {wrong:?}");
        }
    }
}

#[test]
fn only_the_named_facilitator_is_simulated_and_sends() {
    let ceiling = offer("upto");
    let payment = paid(&ceiling, upto());
    let questions = UPTO.questions(&VerifyInput::offline(&payment, &ceiling, at(NOW)).on_chain(&[])).unwrap();
    let Some(ChainQuery::Simulate(calls)) = questions.last() else { panic!("{questions:?}") };
    assert_eq!(calls[0].sender, Some(FACILITATOR));
}

const FACTORY: Address = Address::from_bytes([4; 20]);

fn wrapped(inner: &[u8]) -> Payment {
    let wrapper = Wrapped::new(FACTORY, &[1, 2], inner).unwrap().to_bytes();
    with_signature(&terms(), transfer(), SignatureBytes::from_bytes(&wrapper).unwrap())
}

/// What is asked about a payment and the answers to it, the wallet being there or not.
fn counterfactual(scheme: Exact<'_>, payment: &Payment, code: &[u8], signed: bool) -> (String, Vec<ChainQuery>) {
    let terms = terms();
    let input = VerifyInput::offline(payment, &terms, at(NOW)).on_chain(&[]);
    let mut model = chain();
    model.code = code.to_vec();
    let answer = |question: &ChainQuery| match question {
        ChainQuery::CounterfactualSignature { .. } | ChainQuery::ContractSignature { .. } => ChainAnswer::Flag(signed),
        ChainQuery::Simulate(_) => YES,
        other => model.answer(other),
    };
    let mut answers = Vec::new();
    loop {
        let input = input.with_answers(&answers);
        let verdict = match scheme.verify(&input) {
            Ok(Progress::Ask(_)) => {
                answers.extend(scheme.questions(&input).unwrap().into_iter().map(|question| (question.clone(), answer(&question))));
                continue;
            }
            Ok(Progress::Verified(proof)) => format!("{}", proof.payer()),
            Ok(other) => panic!("{other:?}"),
            Err(rejection) => rejection.code().into(),
        };
        return (verdict, answers.into_iter().map(|(question, _)| question).collect());
    }
}

#[test]
fn rows_97_to_99_only_a_listed_factory_deploys_a_wallet() {
    let payment = wrapped(&[5; 70]);
    let listed = EXACT.with_factories(&[FACTORY]);
    assert_eq!(counterfactual(EXACT, &payment, &[], true).0, "wallet_factory");
    assert_eq!(counterfactual(EXACT.with_factories(&[Address::from_bytes([6; 20])]), &payment, &[], true).0, "wallet_factory");
    assert_eq!(counterfactual(listed, &payment, &[], false).0, "eip3009_signature");
    let (verdict, questions) = counterfactual(listed, &payment, &[], true);
    assert_eq!(verdict, payer());
    let asked = questions.iter().find_map(|question| match question {
        ChainQuery::CounterfactualSignature { wallet, deployment, signature, .. } => {
            Some((*wallet, deployment.clone(), signature.as_bytes().to_vec()))
        }
        _ => None,
    });
    let deployment = Call::new(FACTORY, vec![1, 2]);
    assert_eq!(asked, Some((key().address(), deployment.clone(), vec![5; 70])));
    let Some(ChainQuery::Simulate(calls)) = questions.last() else { panic!("{questions:?}") };
    assert_eq!((calls.len(), &calls[0]), (2, &deployment), "deployed first, and then moved");
    // Row 99: a wallet that is there is asked, and not deployed again.
    let (verdict, questions) = counterfactual(listed, &payment, &[1], true);
    let Some(ChainQuery::Simulate(calls)) = questions.last() else { panic!("{questions:?}") };
    assert_eq!((verdict, calls.len()), (payer(), 1));
    assert_eq!(counterfactual(EXACT, &payment, &[1], true).0, payer(), "whoever made it");
    // Payers with a key only are not contracts, deployed or not.
    let input = VerifyInput::offline(&payment, payment.accepted().unwrap(), at(NOW)).on_chain(&[]);
    assert_eq!(listed.keys_only().verify(&input).unwrap_err(), Rejection::Eip3009Signature);
}

#[test]
fn row_97_a_plan_deploys_from_a_listed_factory_and_from_no_other() {
    let (payment, terms) = (wrapped(&[5; 70]), terms());
    let admitted = || {
        let code = (ChainQuery::Code { address: key().address() }, ChainAnswer::Bytes(vec![1]));
        let answers = [code.clone()];
        let input = VerifyInput::offline(&payment, &terms, at(NOW)).with_answers(&answers);
        let Ok(Progress::Ask(question)) = EXACT.verify(&input) else { panic!("a question") };
        let answers = [code, (question, YES)];
        admitted_by(&input.with_answers(&answers))
    };
    let price = Amount::from_u64(10_000);
    let plan = EXACT.with_factories(&[FACTORY]).plan(&admitted(), price).unwrap();
    assert_eq!(plan.steps[0], Step::Deploy { wallet: key().address(), call: Call::new(FACTORY, vec![1, 2]) });
    assert_eq!((plan.steps.len(), plan.evidence.len(), plan.shareable()), (2, 2, None));
    for scheme in [EXACT, EXACT.keys_only(), EXACT.with_factories(&[PERMIT2])] {
        assert_eq!(scheme.plan(&admitted(), price).unwrap().steps, plan.steps[1..]);
    }
}

#[test]
fn rows_80_and_102_a_wallet_that_is_not_there_and_brings_no_factory_has_to_be_deployed() {
    let with = |bytes: &[u8]| with_signature(&terms(), transfer(), SignatureBytes::from_bytes(bytes).unwrap());
    for (length, expected) in
        [(0, "wallet_not_deployed"), (70, "wallet_not_deployed"), (64, "eip3009_signature"), (65, "eip3009_signature")]
    {
        assert_eq!(counterfactual(EXACT, &with(&vec![1; length]), &[], true).0, expected, "{length}");
    }
    // a wrapper that is none
    assert_eq!(counterfactual(EXACT, &with(&[0x64, 0x92].repeat(16)), &[], true).0, "eip3009_signature");
    assert_eq!(counterfactual(EXACT, &with(&[0x64, 0x92].repeat(16)), &[1], true).0, "signature_format");
}
