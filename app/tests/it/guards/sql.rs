//! Every SQL text of the program is prepared on both engines.

use crate::{scenes, support::World};

scenes! {
    async fn every_text_prepares(w: World) {
        let control = store::registered("control");
        let region = store::registered("region");
        assert!(control.len() > 50 && region.len() > 10, "{} and {}", control.len(), region.len());
        let mut errors = store::prepare_all::<store::Control>(&w.app.config.control()).expect("control answers");
        errors.extend(store::prepare_all::<store::Region>(&w.app.config.region("eu")).expect("the region answers"));
        assert!(errors.is_empty(), "{}", errors.join("\n"));
    }
}
