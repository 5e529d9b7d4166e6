//! A server that is reached through TLS and in no other way.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use quittance_guard::ReplayLog as _;
use quittance_guard::replay::Claimed;
use quittance_store::{Options, Reason, Store};

use crate::cluster::{Cluster, run};
use crate::fresh::Fresh;
use crate::place::Folder;
use crate::samples::{claim, sealing_key};

/// Makes an authority, and a certificate by it for the server's address.
fn certificates(folder: &Path) {
    let openssl = |arguments: &str| {
        run(Command::new("openssl").args(arguments.split(' ')).current_dir(folder).stderr(std::process::Stdio::null()));
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
    for authority in ["authority", "stranger"] {
        openssl(&format!("req -x509 {key} -subj /CN={authority} -keyout {authority}.key -out {authority}.crt"));
    }
    openssl(&format!("req {} -subj /CN=server -keyout server.key -out server.csr", key.replace(" -days 2", "")));
    fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\n").unwrap();
    openssl(
        "x509 -req -in server.csr -CA authority.crt -CAkey authority.key -CAcreateserial -days 2 -extfile names -out server.crt",
    );
}

async fn opened(database: &Fresh, host: &str, parameters: &str) -> Result<Store, Reason> {
    let url = format!("postgres://postgres@{host}:{}/{}?{parameters}", database.cluster.port, database.name);
    Store::open_with(&url, &sealing_key(), &Options::default()).await.map_err(|error| error.reason().clone())
}

#[tokio::test]
async fn a_server_is_believed_by_its_certificate_and_no_other_is() {
    let folder = Folder::new();
    certificates(&folder.0);
    let cluster = Cluster::start_with(|data| {
        for name in ["server.crt", "server.key"] {
            fs::copy(folder.0.join(name), data.join(name)).unwrap();
        }
        // the programs that make the databases come through the folder, everybody else through TLS
        fs::write(data.join("pg_hba.conf"), "local all all trust\nhostssl all all 127.0.0.1/32 trust\n").unwrap();
        "-c ssl=on"
    });
    let database = Fresh::on(Arc::new(cluster));
    let certificate = |name: &str| format!("sslrootcert={}", folder.0.join(name).display());
    let (known, unknown) = (certificate("authority.crt"), certificate("stranger.crt"));

    let store = opened(&database, "127.0.0.1", &format!("sslmode=verify-full&{known}")).await.unwrap();
    assert!(matches!(store.claim(&claim(1, "a", 0)).await, Ok(Claimed::Fresh(_))));
    // the connections that only read are made the same way
    assert!(store.entry(&claim(1, "a", 0).key).await.unwrap().is_some());
    store.close().await;

    for (host, parameters, why) in [
        ("127.0.0.1", format!("sslmode=verify-full&{unknown}"), "by an authority that is not the one"),
        ("127.0.0.1", format!("sslmode=verify-ca&{unknown}"), "nor is the name asked for"),
        ("127.0.0.1", "sslmode=verify-full".to_owned(), "by none that the system trusts"),
        ("localhost", format!("sslmode=verify-full&{known}"), "for another name"),
        ("127.0.0.1", "sslmode=disable".to_owned(), "without TLS the server does not answer"),
    ] {
        let refused = opened(&database, host, &parameters).await.err();
        assert!(matches!(&refused, Some(Reason::Unavailable(_))), "{why}: {refused:?}");
        let text = refused.unwrap().to_string();
        assert!(!text.contains("postgres@") && !text.contains(".crt"), "{text}");
    }
    // and the right one still is
    opened(&database, "127.0.0.1", &format!("sslmode=verify-full&{known}")).await.unwrap().close().await;
}
