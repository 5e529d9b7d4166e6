//! What operators do to databases, and disks: restore them, move them, fill them, tear them.

use std::fs;
use std::path::Path;
#[cfg(all(feature = "postgres-tests", target_os = "linux"))]
use std::process::Command;

use quittance_core::Fault;
use quittance_guard::receipt::Attested;
use quittance_guard::replay::{Answer, Claimed, Misstep, Step};
use quittance_guard::{Reach, ReplayLog as _};
use quittance_store::{OpenError, Options, Reason, Store};
use rusqlite::Connection;

use crate::place::{Database, Folder};
use crate::samples::{at, claim, receipt, sealing_key};

async fn open(url: &str, options: Options) -> Result<Store, OpenError> {
    Store::open_with(url, &sealing_key(), &options).await
}

fn reason(opened: Result<Store, OpenError>) -> Reason {
    opened.err().expect("it does not open").reason().clone()
}

/// Copies the file, with or without what is beside it.
fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap();
}

#[tokio::test]
async fn row_121_a_file_is_for_one_machine_and_a_server_for_all() {
    let folder = Folder::quick();
    let store = open(&folder.url(), Options::default()).await.unwrap();
    assert_eq!(store.reach(), Reach::Machine);
    store.close().await;
    #[cfg(feature = "postgres-tests")]
    assert_eq!(open(&crate::fresh::Fresh::new().url(), Options::default()).await.unwrap().reach(), Reach::Anywhere);
}

#[tokio::test]
async fn row_152_a_file_that_was_restored_without_the_one_beside_it_does_not_open() {
    let folder = Folder::quick();
    let (file, url) = (folder.file(), folder.url());
    open(&url, Options::default()).await.unwrap().close().await;
    let backup = folder.0.join("backup.db");
    copy(&file, &backup);
    let store = open(&url, Options::default()).await.unwrap();
    let (generation, sold) = (store.generation(), claim(1, "a", 0));
    assert!(matches!(store.claim(&sold).await, Ok(Claimed::Fresh(_))));
    store.close().await;
    copy(&backup, &file);
    let refused = open(&url, Options::default()).await;
    assert!(matches!(&refused, Err(error) if error.fault() == Fault::StoreInconsistent));
    assert_eq!(reason(refused), Reason::Restored { found: 1, expected: 2 });
    assert_eq!(
        reason(open(&url, Options::default()).await),
        Reason::Restored { found: 1, expected: 2 },
        "asking again changes nothing"
    );
    let store = open(&url, Options::default().accept_restore()).await.unwrap();
    assert!(store.generation() > generation, "nobody takes it for the one before");
    store.close().await;
    open(&url, Options::default()).await.unwrap().close().await;
    // the other way around: the file beside it is lost, or torn
    let beside = folder.0.join("payments.db-generation");
    fs::write(&beside, "quittance generation 00").unwrap();
    assert!(matches!(reason(open(&url, Options::default()).await), Reason::Beside(_)));
    fs::remove_file(&beside).unwrap();
    assert_eq!(reason(open(&url, Options::default()).await), Reason::Unwitnessed);
    open(&url, Options::default().accept_restore()).await.unwrap().close().await;
    open(&url, Options::default()).await.unwrap().close().await;
}

/// Whoever keeps a log elsewhere has seen a generation that the database has not.
async fn expected(database: &impl Database) {
    let url = database.url();
    let store = open(&url, Options::default()).await.unwrap();
    let seen = store.generation();
    store.close().await;
    assert_eq!(seen, 1);
    let refused = open(&url, Options::default().expecting(7)).await;
    assert_eq!(reason(refused), Reason::Restored { found: 1, expected: 7 });
    let store = open(&url, Options::default().expecting(seen)).await.unwrap();
    assert_eq!(store.generation(), 2);
    store.close().await;
    let store = open(&url, Options::default().expecting(7).accept_restore()).await.unwrap();
    assert_eq!(store.generation(), 8);
    // it goes up as it is written to, and with it the file beside it
    for number in 0..256 {
        let _ = store.claim(&claim(number, "a", 0)).await.unwrap();
    }
    assert_eq!(store.generation(), 9);
    store.close().await;
    assert_eq!(reason(open(&url, Options::default().expecting(10)).await), Reason::Restored { found: 9, expected: 10 });
}

#[tokio::test]
async fn row_152_a_file_behind_what_was_seen_does_not_open() {
    expected(&Folder::quick()).await;
}

#[cfg(feature = "postgres-tests")]
#[tokio::test]
async fn row_152_a_server_behind_what_was_seen_does_not_open() {
    expected(&crate::fresh::Fresh::new()).await;
}

#[cfg(feature = "postgres-tests")]
#[tokio::test]
async fn tables_of_a_later_version_are_left_alone() {
    let database = crate::fresh::Fresh::new();
    database.open(10).await.close().await;
    database.cluster.sql(&database.name, "INSERT INTO quittance_schema VALUES (99)");
    assert!(matches!(reason(open(&database.url(), Options::default()).await), Reason::Newer { found: 99, known: 2..99 }));
}

/// The tables of the first version with what a store of this one has written, as far as they had a place for it.
#[tokio::test]
async fn tables_of_an_earlier_version_are_brought_up_to_date_with_what_stands_in_them() {
    let (now, before) = (Folder::quick(), Folder::quick());
    let store = now.open(10).await;
    for (number, transaction) in [(1, "0xaa"), (2, "0xbb")] {
        let Ok(Claimed::Fresh(held)) = store.claim(&claim(number, "a", 0)).await else { panic!("fresh") };
        store.step(&held, Step::Settling(None), at(1)).await.unwrap();
        store.step(&held, Step::Settled(receipt(transaction, Attested::Answer)), at(1)).await.unwrap();
        store.step(&held, Step::Grant(Some(Answer::new(b"x"))), at(1)).await.unwrap();
    }
    let sold = store.entries(None, 10).await.unwrap();
    store.close().await;
    let database = Connection::open(before.file()).unwrap();
    database.execute_batch(include_str!("../../migrations/0001_begin.sql")).unwrap();
    let copies = format!(
        "CREATE TABLE quittance_schema (step BIGINT PRIMARY KEY); INSERT INTO quittance_schema VALUES (1); ATTACH '{}' AS now; \
         INSERT INTO main.about SELECT * FROM now.about; INSERT INTO main.clocks SELECT * FROM now.clocks; \
         INSERT INTO main.payments SELECT id, key, payer, asset, amount, fingerprint, payment_id, claimed_at, keep_until, attempt, state, \
         lease, charged, hash, attested, rejection, granted, answer, quota_span, is_open, idle_from, over_from FROM now.payments; \
         INSERT INTO main.settlements SELECT s.network, s.hash, p.key, s.payment FROM now.settlements AS s JOIN now.payments AS p \
         ON p.id = s.payment",
        now.file().display()
    );
    database.execute_batch(&copies).unwrap();
    database.close().unwrap();
    fs::copy(now.0.join("payments.db-generation"), before.0.join("payments.db-generation")).unwrap();

    let store = before.open(10).await;
    assert_eq!(store.entries(None, 10).await.unwrap(), sold);
    let Ok(Claimed::Fresh(held)) = store.claim(&claim(3, "a", 2)).await else { panic!("fresh") };
    store.step(&held, Step::Settling(None), at(2)).await.unwrap();
    let again = store.step(&held, Step::Settled(receipt("0xbb", Attested::Answer)), at(3)).await;
    assert_eq!(again, Err(Misstep::TransactionReused.into()));
    // what was reported for the payments goes with them
    assert_eq!(store.purge(at(100_001)).await, Ok(2));
    store.step(&held, Step::Settled(receipt("0xbb", Attested::Answer)), at(4)).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn what_is_no_database_is_said_so() {
    for url in [
        "",
        "payments.db",
        "sqlite:",
        "sqlite::memory:",
        "sqlite:file:a.db",
        "sqlite://file::memory:",
        "sqlite:a.db?mode=memory",
        "mysql://a/b",
        "postgres://[",
        "sqlite:a.db#x",
    ] {
        assert_eq!(reason(open(url, Options::default()).await), Reason::Url, "{url}");
    }
    let folder = Folder::quick();
    fs::write(folder.file(), "this is a letter to my landlord and no database at all, whatever its name says").unwrap();
    assert_eq!(reason(open(&folder.url(), Options::default()).await), Reason::Fault(Fault::StoreInconsistent));
    assert!(fs::read(folder.file()).unwrap().starts_with(b"this is a letter"), "and it is left alone");
    let missing = format!("sqlite:{}/no/such/folder/payments.db", folder.0.display());
    assert!(matches!(reason(open(&missing, Options::default()).await), Reason::Unavailable(_)));
    let error = open("postgres://user:secret@127.0.0.1:1/shop?application_name=hidden", Options::default()).await.err().unwrap();
    assert!(matches!(error.reason(), Reason::Unavailable(_)));
    assert!(error.to_string().starts_with("postgres://127.0.0.1:1/shop: cannot be opened"), "{error}");
}

/// A write-ahead log that ends anywhere: what opens is a beginning of what was written, in order and whole.
#[tokio::test]
async fn row_151_a_torn_log_is_cut_where_it_is_torn() {
    const CLAIMS: u64 = 30;
    let folder = Folder::quick();
    let store = folder.open(1_000).await;
    for number in 0..CLAIMS {
        assert!(matches!(store.claim(&claim(number, "a", number)).await, Ok(Claimed::Fresh(_))));
    }
    // as a crash would leave it: the store is still open
    let (file, wal) = (fs::read(folder.file()).unwrap(), fs::read(folder.0.join("payments.db-wal")).unwrap());
    let beside = fs::read(folder.0.join("payments.db-generation")).unwrap();
    let mut survivors = Vec::new();
    for (cut, damage) in (0..24u64).flat_map(|step| [(step, false), (step, true)]) {
        let torn = Folder::quick();
        let end = wal.len() - usize::try_from(cut * 23_977).unwrap().min(wal.len());
        let mut log = wal[..end].to_vec();
        if damage && let Some(byte) = log.iter_mut().rev().nth(100) {
            *byte ^= 0x40;
        }
        fs::write(torn.file(), &file).unwrap();
        fs::write(torn.0.join("payments.db-wal"), log).unwrap();
        fs::write(torn.0.join("payments.db-generation"), &beside).unwrap();
        let store = match Store::open(&torn.url(), &sealing_key()).await {
            Ok(store) => store,
            // torn before the generation was written: it says so
            Err(error) => {
                assert!(matches!(error.reason(), Reason::Restored { .. } | Reason::Unwitnessed), "{error}");
                continue;
            }
        };
        let mut kept = 0;
        let mut gone = false;
        for number in 0..CLAIMS {
            match store.entry(&claim(number, "a", 0).key).await.unwrap() {
                Some(entry) => {
                    assert!(!gone, "{number} is there and one before it is not");
                    assert_eq!(entry.at, at(number));
                    kept += 1;
                }
                None => gone = true,
            }
        }
        assert_eq!(store.entries(None, 1_000).await.unwrap().len(), kept);
        assert!(matches!(store.claim(&claim(CLAIMS, "a", 0)).await, Ok(Claimed::Fresh(_))), "and it goes on");
        survivors.push(kept);
        store.close().await;
    }
    assert_eq!(survivors.first(), Some(&usize::try_from(CLAIMS).unwrap()), "{survivors:?}");
    assert!(survivors.iter().any(|kept| *kept < 20), "{survivors:?}");
}

/// Damage in the middle of the file itself, which has no checksums: no answer is made up from it.
#[tokio::test]
async fn row_151_a_damaged_page_is_a_fault_and_no_answer() {
    let folder = Folder::quick();
    let store = folder.open(1_000).await;
    for number in 0..200 {
        assert!(matches!(store.claim(&claim(number, "a", 0)).await, Ok(Claimed::Fresh(_))));
    }
    store.close().await;
    let mut file = fs::read(folder.file()).unwrap();
    // every page but those of the tables' description becomes noise
    for (index, byte) in file.iter_mut().enumerate().skip(4_096 * 16) {
        *byte = u8::try_from((index * 31) % 251).unwrap();
    }
    fs::write(folder.file(), file).unwrap();
    match Store::open(&folder.url(), &sealing_key()).await {
        Err(error) => assert_eq!(error.fault(), Fault::StoreInconsistent, "{error}"),
        Ok(store) => {
            let mut faults = 0;
            for number in 0..200 {
                match store.claim(&claim(number, "a", 1)).await {
                    Err(Fault::StoreInconsistent) => faults += 1,
                    Ok(Claimed::Pending(until)) => assert_eq!(until, at(60)),
                    other => panic!("{number}: {other:?}"),
                }
            }
            assert!(faults > 0);
        }
    }
}

/// Only root can mount one, which the stage is; elsewhere this fails and says so.
#[cfg(all(feature = "postgres-tests", target_os = "linux"))]
#[tokio::test]
async fn row_151_a_full_disk_refuses_and_keeps_what_was_answered() {
    let folder = Folder::new();
    let disk = folder.0.join("disk");
    fs::create_dir(&disk).unwrap();
    let status = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1500k", "tmpfs"]).arg(&disk).status().unwrap();
    assert!(status.success(), "a small file system is mounted for this test, by root");
    let mounted = Mounted(disk.clone());
    let url = format!("sqlite:{}", disk.join("payments.db").display());
    let store = open(&url, Options::default()).await.unwrap();
    let (mut answered, mut full) = (Vec::new(), 0);
    for number in 0..20_000 {
        match store.claim(&claim(number, "a", 0)).await {
            Ok(Claimed::Fresh(claim)) => answered.push(*claim.key()),
            Err(Fault::StoreFull) => full += 1,
            other => panic!("{number}: {other:?}"),
        }
        if full == 20 {
            break;
        }
    }
    assert_eq!(full, 20, "after {}", answered.len());
    assert!(answered.len() > 20, "{}", answered.len());
    for key in &answered {
        assert!(store.entry(key).await.unwrap().is_some());
    }
    assert_eq!(store.entries(None, 30_000).await.unwrap().len(), answered.len(), "and nothing of what was refused");
    store.close().await;
    // somebody makes room
    let status = Command::new("mount").args(["-o", "remount,size=8m"]).arg(&disk).status().unwrap();
    assert!(status.success());
    let store = open(&url, Options::default()).await.unwrap();
    for key in &answered {
        assert!(store.entry(key).await.unwrap().is_some());
    }
    assert!(matches!(store.claim(&claim(30_000, "a", 0)).await, Ok(Claimed::Fresh(_))));
    assert_eq!(store.purge(at(61)).await, Ok(answered.len() + 1));
    store.close().await;
    drop(mounted);
}

#[cfg(all(feature = "postgres-tests", target_os = "linux"))]
struct Mounted(std::path::PathBuf);

#[cfg(all(feature = "postgres-tests", target_os = "linux"))]
impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}
