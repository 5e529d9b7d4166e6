//! A person's word.

use quittance_core::Denial;

use super::*;

fn asking() -> Policy {
    policy("ask_above = \"$0.02\"\n")
}

fn scene() -> Scene {
    Scene::new([offer("$0.03")])
}

#[test]
fn row_217_above_the_threshold_a_person_is_asked_and_can_say_yes() {
    check(&asking(), &Scene::new([offer("$0.02")]), "allow 20000");
    let request = scene().asked(&asking());
    assert_eq!(
        request.words(),
        "0.03 USDC on Base to 0x209693Bc6afc0C5328bA36FaF03C514EF312287C for GET https://api.example.com/report/42: above 0.02 USDC, so a person has to agree"
    );
    let approved = Scene { approval: Some(request.approve()), ..scene() };
    let allowed = approved.allowed(&asking());
    assert_eq!((allowed.approval(), allowed.rule().ends_with("; approved")), (Some(request.id()), true));
    assert_eq!(allowed.terms().hash(), request.terms().hash());
    // the same id comes with every decision, so that a ledger can tell a second use
    assert_eq!(approved.allowed(&asking()).approval(), Some(request.id()));
    // where nobody is needed, nothing is used up
    let cheap = Scene { approval: Some(request.approve()), ..Scene::new([offer("$0.02")]) };
    assert_eq!(cheap.allowed(&asking()).approval(), None);
}

#[test]
fn row_217_a_person_can_say_no() {
    let refused = scene().asked(&asking()).refuse();
    assert_eq!((refused.denial(), refused.rule()), (Denial::ApprovalNeeded, "ask_above"));
    assert!(refused.words().ends_with("a person has to agree"));
}

#[test]
fn row_217_an_approval_is_for_what_was_shown_and_nothing_else() {
    let approval = Some(scene().asked(&asking()).approve());
    let other = |edit: fn(&mut Scene)| {
        let mut scene = Scene { approval: approval.clone(), ..scene() };
        edit(&mut scene);
        check(&asking(), &scene, "approval_mismatch");
    };
    other(|scene| scene.offers = vec![terms(offer("$0.031"))]);
    other(|scene| scene.offers = vec![terms(offer("$0.029"))]);
    other(|scene| scene.offers = vec![terms(offer_on(networks::BASE_SEPOLIA, "$0.03"))]);
    other(|scene| {
        let mut elsewhere = offer("$0.03");
        elsewhere.pay_to = OTHER.into();
        scene.offers = vec![terms(elsewhere)];
    });
    other(|scene| scene.url = "https://api.example.com/report/99".into());
    other(|scene| scene.method = "POST");
    other(|scene| scene.purchase = "report-43");
}

#[test]
fn row_217_task_and_session_are_part_of_what_is_approved() {
    let (resource, purchase, now) = (Resource::parse(URL).unwrap(), PurchaseId::parse("p").unwrap(), UnixSeconds::from_secs(NOW));
    let offers = [terms(offer("$0.03"))];
    let (task, session) = (crate::TaskId::parse("a").unwrap(), crate::SessionId::parse("a").unwrap());
    let plain = Snapshot::new(&offers, &resource, "GET", &purchase, now);
    let ids: Vec<_> = [plain, Snapshot { task: Some(&task), ..plain }, Snapshot { session: Some(&session), ..plain }]
        .iter()
        .map(|snapshot| match asking().decide(snapshot) {
            Decision::Ask(request) => request.id(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
}

#[test]
fn row_217_an_approval_grows_old() {
    let approval = Some(scene().asked(&asking()).approve());
    let at = |now: u64| Scene { now, approval: approval.clone(), ..scene() };
    check(&asking(), &at(NOW + 900), "allow 30000");
    check(&asking(), &at(NOW + 901), "approval_expired");
    check(&asking(), &at(NOW - 1), "approval_expired");
    let longer = policy("ask_above = \"$0.02\"\napproval_lasts = \"1h\"\n");
    check(&longer, &at(NOW + 3_600), "allow 30000");
    check(&longer, &at(NOW + 3_601), "approval_expired");
}

#[test]
fn row_217_asking_again_is_another_question() {
    let again = Scene { now: NOW + 1, ..scene() };
    assert_ne!(scene().asked(&asking()).id(), again.asked(&asking()).id());
}

#[test]
fn row_217_an_approved_offer_is_taken_before_one_that_would_need_approval() {
    let (dear, cheap) = (offer("$0.04"), offer("$0.03"));
    let approval = Scene::new([dear.clone()]).asked(&asking()).approve();
    // a cheaper offer that turns up later does not spoil what was approved
    let both = Scene { approval: Some(approval), ..Scene::new([cheap.clone(), dear.clone()]) };
    check(&asking(), &both, "allow 40000");
    assert_eq!(both.allowed(&asking()).passed_over()[0].words, "0.03 USDC on Base would need approval");
    check(&asking(), &Scene::new([dear.clone(), cheap]), "ask 30000");
    check(&asking(), &Scene::new([dear, offer("$0.01")]), "allow 10000");
}

#[test]
fn a_resource_can_have_a_threshold_of_its_own() {
    let own = policy("[[resource]]\nurl = \"https://api.example.com/report/*\"\nask_above = \"$0.01\"\n");
    check(&own, &Scene::new([offer("$0.02")]), "ask 20000");
    check(&own, &Scene { offers: vec![terms(offer("$0.02"))], ..Scene::at("https://api.example.com/other") }, "allow 20000");
    let both = policy("ask_above = \"$0.005\"\n[[resource]]\nurl = \"https://api.example.com/report/*\"\nask_above = \"$0.03\"\n");
    check(&both, &Scene::new([offer("$0.02")]), "ask 20000");
    check(&policy("ask_above = \"$0\"\n"), &Scene::new([offer("$0.000001")]), "ask 1");
}

#[test]
fn an_approval_has_one_spelling() {
    let approval = scene().asked(&asking()).approve();
    let text = approval.to_string();
    assert!(text.starts_with("approval:1740672100:sha256:"), "{text}");
    assert_eq!((text.parse(), approval.asked_at().as_secs()), (Ok(approval.clone()), NOW));
    let id = approval.id();
    assert_eq!((id.to_string().parse(), ApprovalId::from_bytes(*id.as_bytes())), (Ok(id), id));
    assert_eq!(format!("{id:?}"), format!("ApprovalId({id})"));
    for wrong in [
        "",
        "approval",
        &text.to_uppercase(),
        &text[1..],
        &format!("{text}0"),
        &text.replace(":1740", ":01740"),
        &text.replace("sha256:", ""),
    ] {
        assert_eq!(Approval::parse(wrong), Err(ApprovalError::Text), "{wrong}");
    }
    assert_eq!(ApprovalId::parse("sha256:00"), Err(ApprovalError::Text));
}
