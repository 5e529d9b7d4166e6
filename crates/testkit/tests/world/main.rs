//! Seeded schedules over the real facilitator, and the proof that its laws can be broken.

use quittance_testkit::world::{Broken, Law, Report, Sabotage, run, run_traced};

/// As many as every run of the tests goes through.
const SEEDS: u64 = 1_000;

/// The seeds from one on, in as many threads as there are processors, each seed in a world of its own.
fn schedules(first: u64, count: u64) -> Report {
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    std::thread::scope(|scope| {
        let share = |thread: u64| {
            scope.spawn(move || {
                let mut sum = Report::default();
                for seed in (first..first + count).filter(|seed| seed % threads == thread) {
                    sum += run(seed, None).unwrap_or_else(|broken| panic!("{broken:?}"));
                }
                sum
            })
        };
        let shares = (0..threads).map(share).collect::<Vec<_>>();
        let mut sum = Report::default();
        for share in shares {
            sum += share.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
        sum
    })
}

#[test]
fn row_150_a_thousand_schedules_break_no_law() {
    let sum = schedules(0, SEEDS);
    println!("{sum:#?}");
    // and they were not about nothing
    assert!(sum.payments > 2 * SEEDS && sum.moved > SEEDS && sum.told_settled > sum.moved, "{sum:?}");
    assert!(sum.deployed > 100 && sum.given > 20 && sum.exhausted > 5, "{sum:?}");
    assert!(sum.by_others > 20 && sum.died > 100 && sum.orphaned > 20 && sum.refused > 20 && sum.wasted > 20, "{sum:?}");
    assert!(sum.taken_back > 20 && sum.used_up > 5 && sum.revived > 20, "{sum:?}");
}

/// Also of schedules in which everything answers at once, so that much happens at the same moment.
#[test]
fn a_seed_is_its_schedule_to_the_last_question_and_answer() {
    let lines = |seed| {
        let (report, trace) = run_traced(seed, None);
        (report.map_err(|broken| format!("{broken:?}")), trace)
    };
    let mut questions = 0;
    for seed in 0..40 {
        let ((first, before), (second, after)) = (lines(seed), lines(seed));
        let differs = before.lines().zip(after.lines()).enumerate().find(|(_, (before, after))| before != after);
        assert_eq!((differs, before.len()), (None, after.len()), "seed {seed}");
        assert_eq!(first, second, "seed {seed}");
        questions += before.lines().count();
    }
    assert!(questions > 10_000, "{questions}");
}

/// The first seed in whose schedule a sabotage breaks a law that holds without it.
fn caught(sabotage: Sabotage, within: u64) -> Broken {
    let broken = (0..within).find_map(|seed| run(seed, Some(sabotage)).err().filter(|_| run(seed, None).is_ok()));
    let broken = broken.unwrap_or_else(|| panic!("{sabotage:?} broke no law in {within} schedules"));
    println!("{sabotage:?}: {broken:?}");
    broken
}

#[test]
fn the_laws_can_be_broken() {
    for sabotage in [
        Sabotage::ForgetsWhatIsSent,
        Sabotage::ForgetsSending,
        Sabotage::BelievesStrangers,
        Sabotage::BelievesTheFirstBlock,
        Sabotage::SignsAgain,
        Sabotage::TakesSilenceForNo,
        Sabotage::LogsApart,
        Sabotage::WritesNothingOnFault,
        Sabotage::LooksAway,
        Sabotage::LeavesFailures,
    ] {
        caught(sabotage, 400);
    }
    assert_eq!(caught(Sabotage::LeavesGaps, 400).law, Law::NoGaps);
}

#[test]
fn a_ledger_that_dies_with_its_process_breaks_a_law() {
    assert_eq!(caught(Sabotage::ForgetsGifts, 400).law, Law::GiftsCount);
}
