//! What must not stand in a database does not (catalogue row 220).

use std::fs;

use quittance_core::{Resource, UnixSeconds};
use quittance_guard::budget::{Reserve, Reserved, Step};
use quittance_guard::receipt::{Attested, Receipt};
use quittance_guard::replay::{self, Answer, Claimed, Sent};
use quittance_guard::{Fingerprint, Ledger, ReplayLog};
use quittance_store::{SealingKey, Store, Trace};

use crate::place::{Database, Folder};
use crate::samples::{at, cents, claim, purchase, sealing_key, signed};

/// What is pushed through everything that takes a text or bytes.
const SENTINELS: [&str; 8] = [
    "sentinel-signature-eyJ4NDAyVmVyc2lvbiI6Mn0",
    "sentinel-answer-of-the-handler",
    "sentinel-query=secret-document-4711",
    "sentinel prompt: summarise the merger",
    "sentinel.person@mail.example",
    "sentinel-body-of-the-request",
    "sentinel-key-0x4c0883a69102937d6231471b5dbb6204",
    "sentinel-transaction-02f8b1838534",
];

/// Sells and buys something that has all of them in it, and gives everything that printed itself on the way.
async fn trade(store: &Store) -> String {
    let [_, answer, query, prompt, email, body, key, transaction] = SENTINELS;
    let url = format!("https://api.example.com/report?{query}&q={}&to={email}", prompt.replace(' ', "%20"));
    let resource = Resource::parse(&url).unwrap();
    let fingerprint = Fingerprint::of("POST", &resource, format!("{body} {prompt} {key}").as_bytes());
    let mut request = claim(1, "a", 0);
    request.demand.fingerprint = fingerprint;
    let Ok(Claimed::Fresh(claim)) = store.claim(&request).await else { panic!("fresh") };
    let mut printed = format!("{request:?} {claim:?}");
    let receipt = Receipt::new(cents(1), "0xaa", Attested::Chain);
    for step in [
        replay::Step::Settling(Some(Sent::new(format!("{transaction} {body}").repeat(40).as_bytes()).unwrap())),
        replay::Step::Unknown,
        replay::Step::Settled(receipt.clone()),
        replay::Step::Grant(Some(Answer::new(format!("{answer} {prompt} {email}").repeat(40).as_bytes()))),
    ] {
        printed += &format!("{step:?}");
        printed += &format!("{:?}", ReplayLog::step(store, &claim, step, at(1)).await);
    }
    let mut wanted = purchase("p", "t", "$0.01");
    wanted.request = fingerprint;
    let Ok(Reserved::Fresh(ticket)) = store.reserve(&Reserve::new(&wanted, &[], at(0))).await else { panic!("fresh") };
    for step in [Step::Sign(signed(1, at(60))), Step::Settle(receipt)] {
        printed += &format!("{step:?}");
        printed += &format!("{:?}", Ledger::step(store, &ticket, step, at(1)).await);
    }
    store.note(Trace::new(1, "request-1".parse().unwrap(), 0).of_purchase(ticket.id().clone())).await.unwrap();
    printed += &format!("{:?} {:?}", store.traces(&"request-1".parse().unwrap()).await, store.entry(claim.key()).await);
    printed += &format!("{:?} {:?}", Ledger::find(store, ticket.id()).await, store.sums().await);
    // texts that are refused do not come back in the refusal
    for text in SENTINELS {
        let refused = (
            text.parse::<quittance_guard::PurchaseId>().is_err(),
            Store::open(&format!("sqlite://{text}?mode=memory"), &sealing_key()).await.err(),
        );
        let remote =
            Store::open(&format!("postgres://user:{}@127.0.0.1:1/d", text.replace([' ', ':', '@', '=', '/'], "_")), &sealing_key())
                .await
                .err();
        printed += &format!("{refused:?} {} {remote:?} {}", refused.1.as_ref().unwrap(), remote.as_ref().unwrap());
    }
    // and both sides still have what they kept
    let found = Ledger::find(store, ticket.id()).await.unwrap().unwrap();
    assert_eq!(found.signed.unwrap().expose(), SENTINELS[0].as_bytes());
    assert!(store.entry(claim.key()).await.unwrap().unwrap().answer.unwrap().as_bytes().starts_with(answer.as_bytes()));
    printed
}

fn check(what: &str, bytes: &[u8]) {
    for sentinel in SENTINELS {
        let spellings = [sentinel.to_owned(), sentinel.replace(' ', "%20"), sentinel.replace([' ', ':', '@', '=', '/'], "_")];
        let hex = sentinel.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
        for spelling in spellings.iter().chain([&hex]) {
            assert!(
                !bytes.windows(spelling.len()).any(|window| window.eq_ignore_ascii_case(spelling.as_bytes())),
                "{what}: {sentinel}"
            );
        }
    }
}

#[tokio::test]
async fn row_220_no_secret_is_in_a_file_or_beside_it() {
    let folder = Folder::new();
    let store = folder.open(100).await;
    check("what printed itself", trade(&store).await.as_bytes());
    // the write-ahead log while it is in use, then what remains
    let looked_at = |when| {
        let mut names = Vec::new();
        for file in fs::read_dir(&folder.0).unwrap().flatten() {
            check(when, &fs::read(file.path()).unwrap());
            names.push(file.file_name().into_string().unwrap());
        }
        names.sort();
        names
    };
    assert_eq!(looked_at("open"), ["payments.db", "payments.db-generation", "payments.db-shm", "payments.db-wal"]);
    let wal = fs::read(folder.0.join("payments.db-wal")).unwrap();
    assert!(
        wal.windows(9).any(|window| window == b"payments/") || wal.windows(7).any(|window| window == b"eip3009"),
        "it holds the rows"
    );
    store.close().await;
    assert!(looked_at("closed").contains(&"payments.db".to_owned()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(folder.file()).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[cfg(feature = "postgres-tests")]
#[tokio::test]
async fn row_220_no_secret_is_in_the_dump_of_a_server() {
    let database = crate::fresh::Fresh::new();
    let store = database.open(100).await;
    check("what printed itself", trade(&store).await.as_bytes());
    let dump = database.cluster.dump(&database.name);
    assert!(dump.windows(7).any(|window| window == b"eip3009"), "it holds the rows");
    check("the dump", &dump);
}

#[tokio::test]
async fn another_key_does_not_open_it_and_a_value_that_was_moved_is_not_believed() {
    let folder = Folder::quick();
    let store = folder.open(100).await;
    let _printed = trade(&store).await;
    store.close().await;
    let Err(error) = Store::open(&folder.url(), &SealingKey::from_bytes([8; 32])).await else { panic!("opened") };
    assert_eq!(error.reason(), &quittance_store::Reason::OtherKey);
    assert!(error.to_string().ends_with("payments.db: it was made with another sealing key"), "{error}");
    // the right one still does
    let store = folder.open(100).await;
    assert!(Ledger::find(&store, &"p".parse().unwrap()).await.unwrap().is_some());
    assert_eq!(store.spent(&crate::samples::task("t"), UnixSeconds::from_secs(0)).await, Ok(cents(1)));
}
