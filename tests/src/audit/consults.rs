//! Consultations (咨询), counted at the phones and not by any fact.

use crate::phone::{Phone, Talk};
use crate::story::records;
use crate::world::World;

/// Where the product's records differ from what the phones did.
pub(super) fn difference(world: &World) -> Option<String> {
    let folded: u32 = records(world).iter().map(|record| record.consults).sum();
    let counted = heard_by_phones(world);
    let differs = usize::try_from(folded).ok() != Some(counted);
    differs.then(|| format!("I2 consults: {folded}, at the phones {counted}"))
}

/// How many calls phones made that rang, while the same phone was in a conversation.
fn heard_by_phones(world: &World) -> usize {
    let rung = |phone: &Phone| {
        let made = phone.talks.iter().filter(|talk| talk.has_rung_there());
        made.filter(|made| phone.talks.iter().any(|held| lasts_at_begin(held, made)))
            .count()
    };
    world.phones.iter().map(rung).sum()
}

fn lasts_at_begin(held: &Talk, made: &Talk) -> bool {
    let up = held.up_at.is_some_and(|up| up < made.began_at);
    up && held.over_at.is_none_or(|over| over > made.began_at)
}
