//! Whether the documents answer a question, and whether it is for them at all.

/// A passage answers if it covers so much of a question.
const COVERED: f32 = 0.7;
/// It has to cover so much of one that points to nothing of theirs.
const COVERED_IF_FREE: f32 = 0.85;
/// One with less weight than this says too little: a single word that is in many passages.
const LEAST_WEIGHT: f32 = 2.0;
/// A question is about the documents if they know so much of it.
const KNOWN: f32 = 0.45;
/// More unknown terms are about something else.
const MOST_UNKNOWN: usize = 1;
/// The share that is enough if it is surely about their subject.
const KNOWN_OF_SUBJECT: f32 = 0.05;

/// How well the documents fit a question.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fit {
    /// The share of the question that the best passage covers, 0 to 1.
    pub covered: f32,
    /// The weight of all its terms.
    pub weight: f32,
    /// How many terms the question has. One alone may be about anything.
    pub terms: usize,
    /// Whether it points to something of theirs: by "the", by a code, or as something of this place.
    pub points: bool,
    /// The share of the question that is somewhere in the documents, 0 to 1.
    pub known: f32,
    /// How many terms of it are nowhere in them.
    pub unknown: usize,
    /// How sure it is that the question is about what the documents are about.
    pub subject: Subject,
}

/// How sure it is that a question is about the same things as the documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// It is not.
    #[default]
    None,
    /// It has a term of a heading, or two of one passage, or says one of theirs as something known
    /// ("the stairs").
    Likely,
    /// It says a term of a heading as something known ("the pool").
    Sure,
}

/// What is to be said about a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The best passage.
    Answer,
    /// That the documents have no answer.
    NotThere,
    /// Nothing: the question is about something else.
    Other,
}

impl Fit {
    /// What is to be said.
    pub fn verdict(self) -> Verdict {
        let enough = if self.points { COVERED } else { COVERED_IF_FREE };
        if self.terms < 2 && !self.points {
            Verdict::Other
        } else if self.covered >= enough && self.weight >= LEAST_WEIGHT {
            Verdict::Answer
        } else if match self.subject {
            Subject::None => false,
            Subject::Likely => self.known >= KNOWN && self.unknown <= MOST_UNKNOWN,
            Subject::Sure => self.known >= KNOWN_OF_SUBJECT,
        } {
            Verdict::NotThere
        } else {
            Verdict::Other
        }
    }
}
