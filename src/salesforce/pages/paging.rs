//! Lists of several pages: that each page is read once, and that what was read is all of it.

use super::{PageError, UsageError};

/// More pages than any org has.
const MOST_PAGES: usize = 500;
/// How often in a row Next may lead to the page that it is on before that is the last one. Once may
/// be Lightning, which renders its frame anew when it pleases.
const DEAD_NEXTS: usize = 2;

/// The pages of a list that were read so far.
#[derive(Debug)]
pub(super) struct Paging {
    /// What Setup calls the page.
    title: &'static str,
    /// The pages' name in the catalogue.
    page: &'static str,
    /// Their marks, in order.
    read: Vec<String>,
    /// Pages in a row that had been read before.
    known: usize,
    /// How often in a row the last new page was shown again.
    same: usize,
    /// How often a page was looked at, whether it was read or not.
    looks: usize,
    /// The page that is shown was not turned to.
    stays: bool,
}

/// What a page is to a list that is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// It was not read yet.
    New,
    /// It was read before: the list was thrown back to it, and goes on from there.
    Known,
    /// Next leads to itself: the list has ended.
    End,
}

impl Paging {
    /// A list that will be read from its first page on.
    pub(super) fn new(title: &'static str, page: &'static str) -> Self {
        let (read, stays) = (Vec::new(), false);
        Self { title, page, read, known: 0, same: 0, looks: 0, stays }
    }

    /// What the page with this mark is, which is shown now.
    pub(super) fn shows(&mut self, mark: &str) -> Result<Shown, UsageError> {
        self.looks += 1;
        if self.looks > MOST_PAGES {
            return Err(UsageError::EndlessList { page: self.title, pages: MOST_PAGES });
        }
        let stays = std::mem::take(&mut self.stays);
        let Some(at) = self.read.iter().rposition(|read| read == mark) else {
            self.read.push(mark.to_owned());
            (self.known, self.same) = (0, 0);
            return Ok(Shown::New);
        };
        if stays {
            return Ok(Shown::Known);
        }
        let pages = self.read.len();
        self.known += 1;
        self.same = if at + 1 == pages { self.same + 1 } else { 0 };
        if self.same == DEAD_NEXTS {
            return Ok(Shown::End);
        }
        // A whole round, and nothing new.
        if self.known > pages + DEAD_NEXTS {
            return Err(UsageError::CircularList { page: self.title, pages });
        }
        Ok(Shown::Known)
    }

    /// The page that is shown will be looked at once more.
    pub(super) fn again(&mut self) {
        self.stays = true;
    }

    /// What came after Next was pressed, if it was: where nothing did, the list was not turned.
    pub(super) fn came<T>(&self, outcome: Result<T, PageError>) -> Result<T, PageError> {
        match outcome {
            Err(PageError::UnknownPage { place, limit, .. }) if !self.read.is_empty() => {
                let (page, looked_for) = (self.title, format!("{}.next_page", self.page));
                let pages = self.read.len();
                Err(UsageError::NotTurned { page, looked_for, pages, place, limit }.into())
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn paging() -> Paging {
        Paging::new("OAuth Usage", "user-list")
    }

    fn shown(paging: &mut Paging, marks: &[&str]) -> Vec<Shown> {
        marks.iter().map(|mark| paging.shows(mark).unwrap()).collect()
    }

    #[test]
    fn a_page_is_read_once_and_the_last_one_leads_nowhere() {
        use Shown::{End, Known, New};
        for (marks, expected) in [
            (["1", "2", "3", "3", "3"].as_slice(), [New, New, New, Known, End].as_slice()),
            (&["1", "1", "1"], &[New, Known, End]),
            // Thrown back, and on again.
            (&["1", "1", "2", "3"], &[New, Known, New, New]),
            (&["1", "2", "3", "1", "2", "3", "4"], &[New, New, New, Known, Known, Known, New]),
        ] {
            assert_eq!(shown(&mut paging(), marks), expected, "{marks:?}");
        }
    }

    #[test]
    fn a_page_that_is_looked_at_again_was_not_turned_to() {
        let mut paging = paging();
        shown(&mut paging, &["1", "2"]);
        for _ in 0..5 {
            paging.again();
            assert_eq!(shown(&mut paging, &["2"]), [Shown::Known]);
        }
        assert_eq!(shown(&mut paging, &["3"]), [Shown::New]);
    }

    #[test]
    fn a_list_that_turns_in_a_circle_is_not_all_of_it() {
        let mut paging = paging();
        let mut marks = ["1", "2", "3"].iter().cycle();
        let error = marks.find_map(|mark| paging.shows(mark).err()).unwrap();
        assert_eq!(
            error.to_string(),
            "Next on the OAuth Usage page leads round in a circle of 3 pages of the list, where an end was expected: whether their rows are all is not certain"
        );
    }

    #[test]
    fn a_list_that_is_cut_off_is_not_all_of_it() {
        let mut paging = paging();
        for page in 0..MOST_PAGES {
            assert_eq!(paging.shows(&page.to_string()).unwrap(), Shown::New);
        }
        let error = paging.shows("one more").unwrap_err();
        assert!(error.to_string().contains("goes on after 500 pages"), "{error}");
    }

    #[test]
    fn a_page_that_is_looked_at_for_ever_is_an_error() {
        let mut paging = paging();
        let error = std::iter::repeat_with(|| {
            paging.again();
            paging.shows("1")
        });
        assert!(error.take(MOST_PAGES + 1).any(|known| known.is_err()));
    }

    #[test]
    fn what_is_not_shown_after_next_was_not_turned_to() {
        let unknown = || {
            Err::<(), _>(PageError::UnknownPage {
                expected: "user-list".into(),
                place: "acme/list".into(),
                title: String::new(),
                limit: Duration::from_secs(30),
            })
        };
        let mut paging = paging();
        assert!(matches!(paging.came(unknown()), Err(PageError::UnknownPage { .. })));
        paging.shows("1").unwrap();
        let error = paging.came(unknown()).unwrap_err();
        assert!(matches!(error, PageError::Usage(UsageError::NotTurned { .. })), "{error}");
    }
}
