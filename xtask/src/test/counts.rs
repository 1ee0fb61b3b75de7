//! Reading how many tests passed and failed from what the test runners print.

use std::ops::AddAssign;

/// Numbers of tests, or of checks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) passed: u32,
    pub(super) failed: u32,
}

impl Counts {
    pub(super) const PASSED: Self = Self {
        passed: 1,
        failed: 0,
    };
    pub(super) const FAILED: Self = Self {
        passed: 0,
        failed: 1,
    };
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// `Summary [ 1.2s] 9 tests run: 7 passed (1 slow), 1 failed, 1 timed out, 2 skipped`.
pub(super) fn nextest(text: &str) -> Option<Counts> {
    let summary = text
        .lines()
        .rfind(|line| line.trim_start().starts_with("Summary ["))?;
    let (_, summary) = summary.split_once(']')?;
    let run = before(summary, "test")?;
    let passed = before(summary, "passed")?;
    Some(Counts {
        passed,
        failed: run.checked_sub(passed)?,
    })
}

/// `test result: ok. 3 passed; 0 failed; 1 ignored; …`, once a crate.
pub(super) fn libtest(text: &str) -> Option<Counts> {
    let mut sum = None;
    for line in text.lines().filter(|line| line.starts_with("test result:")) {
        let counts = Counts {
            passed: before(line, "passed")?,
            failed: before(line, "failed")?,
        };
        *sum.get_or_insert_default() += counts;
    }
    sum
}

/// `Tests  1 failed | 11 passed (12)`.
pub(super) fn vitest(text: &str) -> Option<Counts> {
    let line = text
        .lines()
        .rfind(|line| line.trim_start().starts_with("Tests "))?;
    Some(Counts {
        passed: before(line, "passed").unwrap_or_default(),
        failed: before(line, "failed").unwrap_or_default(),
    })
}

/// The number that stands before a word.
fn before(line: &str, word: &str) -> Option<u32> {
    let words: Vec<&str> = line.split_whitespace().collect();
    words
        .windows(2)
        .find(|pair| pair[1].starts_with(word))
        .and_then(|pair| pair[0].parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextest_counts_a_timeout_as_a_failure() {
        let text = "noise\n     Summary [   1.234s] 9 tests run: 7 passed (1 slow), 1 failed, 1 timed out, 2 skipped\nend";
        assert_eq!(
            nextest(text),
            Some(Counts {
                passed: 7,
                failed: 2
            })
        );
    }

    #[test]
    fn nextest_counts_one_test() {
        let text = "     Summary [   0.004s] 1 test run: 1 passed, 0 skipped";
        assert_eq!(
            nextest(text),
            Some(Counts {
                passed: 1,
                failed: 0
            })
        );
    }

    #[test]
    fn a_cancelled_nextest_run_has_no_counts() {
        let text = "     Summary [   0.300s] 3/5 tests run: 2 passed, 1 failed, 0 skipped";
        assert_eq!(nextest(text), None);
    }

    #[test]
    fn doc_tests_of_all_crates_are_summed() {
        let text = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.4s\n\
                    test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(
            libtest(text),
            Some(Counts {
                passed: 4,
                failed: 2
            })
        );
    }

    #[test]
    fn vitest_names_failures_only_when_there_are_some() {
        assert_eq!(
            vitest("      Tests  12 passed (12)"),
            Some(Counts {
                passed: 12,
                failed: 0
            })
        );
        assert_eq!(
            vitest("      Tests  1 failed | 11 passed (12)"),
            Some(Counts {
                passed: 11,
                failed: 1
            })
        );
    }

    #[test]
    fn a_runner_that_did_not_start_has_no_counts() {
        assert_eq!(nextest("error: could not compile"), None);
        assert_eq!(libtest(""), None);
        assert_eq!(vitest("npm error"), None);
    }
}
