use proptest::prelude::*;

use super::*;

const NOW: u64 = 1_740_672_100;

fn at(seconds: u64) -> UnixSeconds {
    UnixSeconds::from_secs(seconds)
}

/// The window of `after` to `before`, judged at [`NOW`].
fn check(rule: WindowRule, after: u64, before: u64, expected: Result<(), WindowError>) {
    let verdict = Window::new(at(after), at(before)).judge(at(NOW), &rule);
    assert_eq!(verdict, expected, "{rule:?} from {after} to {before}");
}

#[test]
fn row_46_one_second_ago() {
    for rule in [WindowRule::EIP3009, WindowRule::PERMIT2, WindowRule::EIP3009.with_margin(0), WindowRule::PERMIT2.with_margin(0)] {
        check(rule, NOW - 60, NOW - 1, Err(WindowError::Expired));
    }
}

#[test]
fn row_47_inside_the_margin() {
    for rule in [WindowRule::EIP3009, WindowRule::PERMIT2] {
        check(rule, NOW - 60, NOW, Err(WindowError::Expired));
        check(rule, NOW - 60, NOW + 5, Err(WindowError::Expired));
        check(rule, NOW - 60, NOW + 6, Ok(()));
        check(rule.with_margin(30), NOW - 60, NOW + 29, Err(WindowError::Expired));
        check(rule.with_margin(30), NOW - 60, NOW + 30, Ok(()));
    }
}

#[test]
fn row_47_no_margin_leaves_what_the_chain_demands() {
    check(WindowRule::EIP3009.with_margin(0), NOW - 60, NOW, Err(WindowError::Expired));
    check(WindowRule::EIP3009.with_margin(0), NOW - 60, NOW + 1, Ok(()));
    check(WindowRule::EIP3009.with_margin(1), NOW - 60, NOW, Err(WindowError::Expired));
    check(WindowRule::EIP3009.with_margin(1), NOW - 60, NOW + 1, Ok(()));
    check(WindowRule::PERMIT2.with_margin(0), NOW - 60, NOW, Ok(()));
    check(WindowRule::PERMIT2.with_margin(1), NOW - 60, NOW, Err(WindowError::Expired));
}

#[test]
fn row_49_not_open_yet() {
    check(WindowRule::EIP3009, NOW + 1, NOW + 60, Err(WindowError::NotYet));
    check(WindowRule::PERMIT2, NOW + 1, NOW + 60, Err(WindowError::NotYet));
}

#[test]
fn rows_50_and_51_the_opening_second() {
    check(WindowRule::EIP3009, NOW, NOW + 60, Err(WindowError::NotYet));
    check(WindowRule::EIP3009, NOW - 1, NOW + 60, Ok(()));
    check(WindowRule::PERMIT2, NOW, NOW + 60, Ok(()));
    check(WindowRule::PERMIT2, NOW, NOW + 5, Err(WindowError::Expired));
    check(WindowRule::PERMIT2, NOW - 1, NOW, Err(WindowError::Expired));
}

#[test]
fn row_52_inverted_windows() {
    for rule in [WindowRule::EIP3009, WindowRule::PERMIT2.with_margin(0)] {
        check(rule, NOW + 60, NOW - 60, Err(WindowError::Inverted));
        check(rule, NOW, NOW, Err(WindowError::Inverted));
        check(rule, NOW + 60, NOW + 60, Err(WindowError::Inverted));
        check(rule, u64::MAX, u64::MAX, Err(WindowError::Inverted));
        check(rule, 0, 0, Err(WindowError::Inverted));
    }
}

#[test]
fn row_53_absurd_ends() {
    for rule in [WindowRule::EIP3009, WindowRule::PERMIT2] {
        check(rule, 0, u64::MAX, Err(WindowError::Absurd));
        check(rule, 0, 1 << 63, Err(WindowError::Absurd));
        check(rule, 0, (NOW + 60) * 1000, Err(WindowError::Absurd));
        check(rule, NOW * 1000, (NOW + 60) * 1000, Err(WindowError::Absurd));
        check(rule, 0, NOW + Window::LONGEST, Ok(()));
        check(rule, 0, NOW + Window::LONGEST + 1, Err(WindowError::Absurd));
        check(rule.with_margin(u64::MAX), 0, u64::MAX, Err(WindowError::Expired));
    }
}

#[test]
fn another_method_may_mix_the_ends() {
    let rule = WindowRule::new(Opens::AtOrAfter, Closes::Before, 0);
    check(rule, NOW, NOW + 1, Ok(()));
    check(rule, NOW - 1, NOW, Err(WindowError::Expired));
    assert_eq!((rule.opens(), rule.closes(), rule.with_margin(9).margin()), (Opens::AtOrAfter, Closes::Before, 9));
}

#[test]
fn what_is_left() {
    let window = Window::new(at(NOW - 10), at(NOW + 50));
    assert_eq!((window.valid_after(), window.valid_before()), (at(NOW - 10), at(NOW + 50)));
    assert_eq!([window.lifetime(at(NOW)), window.lifetime(at(NOW + 50)), window.lifetime(at(u64::MAX))], [50, 0, 0]);
}

/// The whole range, crowded near its ends and around the present, so that comparisons meet.
fn seconds() -> impl Strategy<Value = u64> {
    prop_oneof![any::<u64>(), 0_u64..20, u64::MAX - 20..=u64::MAX, NOW - 20..NOW + 20, Just(NOW + Window::LONGEST)]
}

fn rule() -> impl Strategy<Value = WindowRule> {
    (prop_oneof![Just(WindowRule::EIP3009), Just(WindowRule::PERMIT2)], seconds())
        .prop_map(|(rule, margin)| rule.with_margin(margin))
}

/// The conditions of the contracts and the margin, in integers that can not overflow.
fn reference(rule: &WindowRule, now: u64, after: u64, before: u64) -> bool {
    let [margin, now, after, before] = [rule.margin(), now, after, before].map(i128::from);
    let chain = match rule.opens() {
        Opens::After => after < now && now < before,
        Opens::AtOrAfter => after <= now && now <= before,
    };
    chain && before >= now + margin && after < before && before - now <= i128::from(Window::LONGEST)
}

proptest! {
    #[test]
    fn the_verdict_is_that_of_the_chain_and_the_margin(rule in rule(), now in seconds(), after in seconds(), before in seconds()) {
        let verdict = Window::new(at(after), at(before)).judge(at(now), &rule);
        prop_assert_eq!(verdict.is_ok(), reference(&rule, now, after, before), "{:?}", verdict);
    }

    #[test]
    fn a_larger_margin_never_accepts_more(rule in rule(), margin in seconds(), now in seconds(), ends in [seconds(), seconds()]) {
        let window = Window::new(at(ends[0]), at(ends[1]));
        if margin >= rule.margin() && window.judge(at(now), &rule.with_margin(margin)).is_ok() {
            prop_assert_eq!(window.judge(at(now), &rule), Ok(()));
        }
    }
}
