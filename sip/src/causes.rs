//! Q.850 causes and SIP statuses in each other's words (RFC 3398 §7.2.4.1, §8.2.6.1).

/// The Q.850 cause that a final SIP status of 300 and above stands for.
///
/// ```
/// assert_eq!(sip::causes::cause_of_status(486), 17);
/// assert_eq!(sip::causes::status_of_cause(17), 486);
/// ```
pub fn cause_of_status(status: u16) -> u16 {
    match status {
        400 | 481 | 500 | 503 => 41,
        401 | 402 | 403 | 407 | 603 | 607 | 608 => 21,
        404 | 485 | 604 => 1,
        405 => 63,
        406 | 415 | 501 | 580 => 79,
        408 | 504 => 102,
        410 => 22,
        413 | 414 | 416 | 420 | 421 | 423 | 505 | 513 => 127,
        480 => 18,
        482 | 483 => 25,
        484 => 28,
        486 | 600 => 17,
        487 => 16,
        488 | 606 => 88,
        502 => 38,
        _ => 31,
    }
}

/// The SIP status that a Q.850 cause stands for.
pub fn status_of_cause(cause: u16) -> u16 {
    match cause {
        1..=3 => 404,
        16 | 19 | 20 | 31 => 480,
        17 => 486,
        18 => 408,
        21 | 55 | 57 | 87 => 403,
        22 | 23 => 410,
        25 => 483,
        26 => 404,
        27 => 502,
        28 => 484,
        29 | 69 | 79 => 501,
        34 | 38 | 41 | 42 | 47 | 58 | 63 | 88 => 503,
        65 | 70 => 488,
        102 => 504,
        _ => 500,
    }
}

/// What Q.850 calls a cause; none for one that it does not know.
pub fn name_of_cause(cause: u16) -> Option<&'static str> {
    let at = NAMES
        .binary_search_by_key(&cause, |(known, _)| *known)
        .ok()?;
    Some(NAMES[at].1)
}

const NAMES: [(u16, &str); 37] = [
    (1, "Unallocated (unassigned) number"),
    (2, "No route to specified transit network"),
    (3, "No route to destination"),
    (16, "Normal call clearing"),
    (17, "User busy"),
    (18, "No user responding"),
    (19, "No answer from the user"),
    (20, "Subscriber absent"),
    (21, "Call rejected"),
    (22, "Number changed"),
    (23, "Redirection to new destination"),
    (25, "Exchange routing error"),
    (26, "Non-selected user clearing"),
    (27, "Destination out of order"),
    (28, "Invalid number format"),
    (29, "Facility rejected"),
    (31, "Normal, unspecified"),
    (34, "No circuit/channel available"),
    (38, "Network out of order"),
    (41, "Temporary failure"),
    (42, "Switching equipment congestion"),
    (47, "Resource unavailable, unspecified"),
    (55, "Incoming calls barred within CUG"),
    (57, "Bearer capability not authorized"),
    (58, "Bearer capability not presently available"),
    (63, "Service or option not available"),
    (65, "Bearer capability not implemented"),
    (69, "Requested facility not implemented"),
    (70, "Only restricted digital information"),
    (79, "Service or option not implemented"),
    (
        86,
        "Call having the requested call identity has been cleared",
    ),
    (87, "User not member of CUG"),
    (88, "Incompatible destination"),
    (95, "Invalid message, unspecified"),
    (102, "Recovery on timer expiry"),
    (111, "Protocol error, unspecified"),
    (127, "Interworking, unspecified"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_become_the_statuses_of_rfc_3398() {
        let table = [
            (1, 404),
            (2, 404),
            (3, 404),
            (17, 486),
            (18, 408),
            (19, 480),
            (20, 480),
            (21, 403),
            (22, 410),
            (23, 410),
            (26, 404),
            (27, 502),
            (28, 484),
            (29, 501),
            (31, 480),
            (34, 503),
            (38, 503),
            (41, 503),
            (42, 503),
            (47, 503),
            (55, 403),
            (57, 403),
            (58, 503),
            (65, 488),
            (70, 488),
            (79, 501),
            (87, 403),
            (88, 503),
            (102, 504),
            (111, 500),
            (127, 500),
            (200, 500),
        ];
        for (cause, status) in table {
            assert_eq!(status_of_cause(cause), status, "cause {cause}");
        }
    }

    #[test]
    fn statuses_become_the_causes_of_rfc_3398() {
        let table = [
            (400, 41),
            (401, 21),
            (402, 21),
            (403, 21),
            (404, 1),
            (405, 63),
            (406, 79),
            (407, 21),
            (408, 102),
            (410, 22),
            (413, 127),
            (415, 79),
            (420, 127),
            (480, 18),
            (481, 41),
            (482, 25),
            (483, 25),
            (484, 28),
            (485, 1),
            (486, 17),
            (487, 16),
            (500, 41),
            (501, 79),
            (502, 38),
            (503, 41),
            (504, 102),
            (505, 127),
            (513, 127),
            (600, 17),
            (603, 21),
            (604, 1),
            (606, 88),
            (699, 31),
        ];
        for (status, cause) in table {
            assert_eq!(cause_of_status(status), cause, "status {status}");
        }
    }

    #[test]
    fn every_status_has_a_cause_with_a_name_and_every_cause_a_failure() {
        for status in 300..700 {
            let cause = cause_of_status(status);
            assert!(name_of_cause(cause).is_some(), "{status}: {cause}");
        }
        for cause in 0..=u16::from(u8::MAX) {
            assert!((400..700).contains(&status_of_cause(cause)), "{cause}");
        }
    }
}
