//! The flows of the demo enterprise.

use crate::Document;

/// The flow files that ship with the product, in the order of their names.
pub fn demo_flows() -> Vec<Document> {
    todo!()
}
