//! What is told, and to whom.

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use tokio::sync::{mpsc, oneshot};

use super::Told;

/// Tells scenes to whoever writes them, and goes on when they are read.
pub(crate) struct Teller(mpsc::UnboundedSender<(Scene, oneshot::Sender<()>)>);

/// One thing that happened.
pub(crate) struct Scene {
    kind: Kind,
    title: String,
    facts: Vec<(&'static str, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Part,
    Packet(u8),
    Note,
    Verdict { held: bool },
}

/// How wide the names of facts are.
const NAME: usize = 12;

impl Teller {
    pub(crate) fn new() -> (Self, Told) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), receiver)
    }

    pub(crate) async fn tell(&self, scene: Scene) {
        let (read, is_read) = oneshot::channel();
        // nobody listens any more when it is over
        if self.0.send((scene, read)).is_ok() {
            drop(is_read.await);
        }
    }
}

impl Scene {
    fn new(kind: Kind, title: impl Into<String>) -> Self {
        Self { kind, title: title.into(), facts: Vec::new() }
    }

    /// The beginning of a part.
    pub(crate) fn part(title: &str) -> Self {
        Self::new(Kind::Part, title)
    }

    /// One of the seven packets.
    pub(crate) fn packet(number: u8, title: impl Into<String>) -> Self {
        Self::new(Kind::Packet(number), title)
    }

    /// Something beside them.
    pub(crate) fn note(title: impl Into<String>) -> Self {
        Self::new(Kind::Note, title)
    }

    /// Something that was tried, and whether it came to what it has to.
    pub(crate) fn verdict(title: impl Into<String>, held: bool) -> Self {
        Self::new(Kind::Verdict { held }, title)
    }

    pub(crate) fn with(mut self, name: &'static str, fact: impl Into<String>) -> Self {
        self.facts.push((name, fact.into()));
        self
    }

    pub(crate) const fn is_packet(&self) -> bool {
        matches!(self.kind, Kind::Packet(_))
    }

    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let margin = match self.kind {
            Kind::Part => return writeln!(out, "{}\n", self.title),
            Kind::Packet(number) => {
                writeln!(out, "  {number}  {}", self.title)?;
                5
            }
            Kind::Note => {
                writeln!(out, "  {}", self.title)?;
                2
            }
            Kind::Verdict { held } => {
                writeln!(out, "  {}  {}", if held { "held  " } else { "BROKEN" }, self.title)?;
                10
            }
        };
        for (name, fact) in &self.facts {
            writeln!(out, "{:margin$}{name:<NAME$}{fact}", "")?;
        }
        writeln!(out)
    }

    pub(crate) fn json(&self) -> Value {
        let kind = match self.kind {
            Kind::Part => json!("part"),
            Kind::Packet(_) => json!("packet"),
            Kind::Note => json!("note"),
            Kind::Verdict { .. } => json!("verdict"),
        };
        let mut object = Map::from_iter([("kind".to_owned(), kind), ("title".to_owned(), self.title.as_str().into())]);
        match self.kind {
            Kind::Packet(number) => drop(object.insert("packet".into(), number.into())),
            Kind::Verdict { held } => drop(object.insert("held".into(), held.into())),
            Kind::Part | Kind::Note => {}
        }
        if !self.facts.is_empty() {
            let facts = self.facts.iter().map(|(name, fact)| json!({ "name": name, "fact": fact }));
            object.insert("facts".into(), facts.collect());
        }
        Value::Object(object)
    }
}
