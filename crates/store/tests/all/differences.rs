//! The model against the databases.

use std::sync::Arc;

use crate::model::Model;
use crate::place::{Database, Folder};
use crate::whole::check_sums;

async fn no_difference(database: &impl Database, seed: u64, operations: u64, at_once: u64) {
    let mut model = Model::new(seed);
    let store = Arc::new(database.open(Model::CAPACITY).await);
    let counts = model.run(&store, operations, at_once).await;
    assert!(counts.refused * 20 > counts.operations && counts.refused * 2 < counts.operations * 2, "{}", counts.refused);
    model.compare(&store).await;
    check_sums(&store).await;
}

#[tokio::test]
async fn twenty_thousand_operations_on_a_file_are_answered_as_the_rules_say() {
    no_difference(&Folder::quick(), 20_261_128, 20_000, 24).await;
}

/// Each store must notice what the other has written since it wrote itself.
#[tokio::test]
async fn three_thousand_operations_through_two_stores_on_one_file_are_answered_as_the_rules_say() {
    let (mut model, folder) = (Model::new(20_261_130), Folder::quick());
    let stores = [folder.open(Model::CAPACITY).await, folder.open(Model::CAPACITY).await].map(Arc::new);
    let mut asked = 0;
    for turn in 0..700 {
        let store = &stores[if turn % 3 == 0 { 0 } else { 1 }];
        asked += model.run(store, 1, if turn % 5 == 0 { 24 } else { 7 }).await.operations;
    }
    assert!(asked > 3_000, "{asked}");
    for store in &stores {
        model.compare(store).await;
    }
}

#[cfg(feature = "postgres-tests")]
#[tokio::test]
async fn three_thousand_operations_on_a_server_are_answered_as_the_rules_say() {
    no_difference(&crate::fresh::Fresh::new(), 20_261_129, 3_000, 1).await;
}
