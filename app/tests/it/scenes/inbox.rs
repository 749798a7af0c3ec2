//! People from a file that is put into a watched folder.

use serde_json::json;
use store::Clock as _;

use super::sources::{Feed, crowd, members};
use crate::{scenes, support::World};

scenes! {
    async fn f2_37_a_watched_folder_is_read_by_the_clock(w: World) {
        w.order_seats(1).await;
        let customer = w.customer("Inbox AB", 10).await;
        let inbox = w.app.config.sources.folder.clone().expect("a watched folder");
        let own = inbox.join(customer.to_string());
        std::fs::create_dir_all(&own).expect("a folder");
        let body = json!({ "name": "Folder", "settings": { "kind": "folder" }, "every_minutes": 60 });
        let feed = Feed::add(&w, customer, &body).await;
        let pass = || assert!(w.clock.advance(w.now().plus_seconds(61 * 60)));
        pass();
        w.work().await;
        assert_eq!(feed.shown().await["trouble"]["code"], "folder-empty");

        std::fs::write(own.join("people.part"), crowd(0..9, "inbox.example")).expect("written");
        std::fs::write(own.join("people.csv"), crowd(0..3, "inbox.example")).expect("written");
        pass();
        w.work().await;
        assert_eq!(members(&w, customer).await.len(), 3, "what has another ending is no list");
        assert!(feed.shown().await["trouble"].is_null());

        // A link leads to no other customer's people.
        let other = w.customer("Other AB", 10).await;
        std::fs::create_dir_all(inbox.join(other.to_string())).expect("a folder");
        std::os::unix::fs::symlink(own.join("people.csv"), inbox.join(other.to_string()).join("people.csv")).expect("a link");
        let theirs = Feed::add(&w, other, &json!({ "name": "Folder", "settings": { "kind": "folder" } })).await;
        let run = theirs.run().await;
        assert_eq!((&run["status"], &run["trouble"]["code"]), (&json!("failed"), &json!("folder-empty")), "{run}");
        assert!(members(&w, other).await.is_empty());
        std::fs::remove_dir_all(inbox.join(other.to_string())).expect("removed");
        std::os::unix::fs::symlink(&own, inbox.join(other.to_string())).expect("a link");
        assert_eq!(theirs.run().await["trouble"]["code"], "folder-unsafe");

        // It is tried by a run that only looks.
        let tried = feed.post("/test").await;
        assert_eq!((tried.status, tried.code()), (422, "only-preview"), "{}", tried.text);
        std::fs::write(own.join("people.csv"), crowd(0..4, "inbox.example")).expect("written");
        let looked = feed.preview().await;
        assert_eq!(looked["status"], "judged", "{looked}");
        assert_eq!(members(&w, customer).await.len(), 3);
        let page = w.client("technician").get(&feed.path("")).await;
        assert_eq!(page.json["settings"], json!({ "kind": "folder" }), "the operator's path is nobody's business");
    }
}
