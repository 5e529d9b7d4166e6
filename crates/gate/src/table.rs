//! Which route a request is for.
//!
//! A path is looked up twice: as it was sent, and as the most generous upstream would read it. Where the two lead to different routes and one of them
//! is sold, the request is refused: the upstream would serve what was not paid for (catalogue rows 108 and 113).

use http::Method;

use crate::pattern::{Pattern, loosely};

/// Routes by their paths, and what becomes of the rest.
#[derive(Debug)]
pub(crate) struct Table<T> {
    /// The ones that win first.
    places: Vec<Place<T>>,
}

#[derive(Debug)]
struct Place<T> {
    pattern: Pattern,
    /// The same without what an upstream may not tell apart.
    folded: Pattern,
    entries: Vec<Entry<T>>,
}

#[derive(Debug)]
struct Entry<T> {
    methods: Methods,
    what: T,
}

/// Which methods a route is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Methods {
    All,
    /// These; `HEAD` goes with `GET`.
    Some(Vec<Method>),
}

impl Methods {
    fn take(&self, method: &Method) -> bool {
        match self {
            Self::All => true,
            Self::Some(methods) => methods.contains(method) || (*method == Method::HEAD && methods.contains(&Method::GET)),
        }
    }

    fn meet(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Some(these), Self::Some(those)) => these.iter().any(|method| those.contains(method)),
            _ => true,
        }
    }
}

/// Whether an entry costs something.
pub(crate) trait Priced {
    fn is_sold(&self) -> bool;
}

/// What a request is for.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Found<'a, T> {
    Route(&'a T),
    /// No route has this path.
    Unlisted,
    /// The path is there, and not for this method; for these.
    Method(Vec<Method>),
    /// It can be read in two ways.
    Ambiguous,
    /// It can be read in any way.
    Nonsense,
}

/// Two routes that nobody could tell apart.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{first} and {second} are the same path to many servers")]
pub(crate) struct Overlap {
    pub(crate) first: Pattern,
    pub(crate) second: Pattern,
}

impl<T: Priced> Table<T> {
    pub(crate) fn new(routes: impl IntoIterator<Item = (Pattern, Methods, T)>) -> Result<Self, Overlap> {
        let mut places: Vec<Place<T>> = Vec::new();
        for (pattern, methods, what) in routes {
            let entry = Entry { methods, what };
            let folded = pattern.folded();
            let Some(place) = places.iter_mut().find(|place| place.folded.is_same(&folded)) else {
                places.push(Place { pattern, folded, entries: vec![entry] });
                continue;
            };
            let meets = place.entries.iter().any(|other| other.methods.meet(&entry.methods));
            if !place.pattern.is_same(&pattern) || meets {
                return Err(Overlap { first: place.pattern.clone(), second: pattern });
            }
            place.entries.push(entry);
        }
        places.sort_by(|one, other| one.pattern.before(&other.pattern));
        Ok(Self { places })
    }

    pub(crate) fn find(&self, method: &Method, path: &str) -> Found<'_, T> {
        let Some(loose) = loosely(path) else { return Found::Nonsense };
        let sent: Vec<_> = path.strip_prefix('/').map(|path| path.split('/').collect()).unwrap_or_default();
        let loose: Vec<_> = loose.iter().map(String::as_str).collect();
        let strict = self.places.iter().find(|place| place.pattern.takes_sent(&sent));
        let loose = self.places.iter().find(|place| place.folded.takes_loose(&loose));
        let same = match (strict, loose) {
            (Some(one), Some(other)) => std::ptr::eq(one, other),
            (None, None) => true,
            _ => false,
        };
        if !same && [strict, loose].into_iter().flatten().any(Place::is_sold) {
            return Found::Ambiguous;
        }
        let Some(place) = strict else { return Found::Unlisted };
        let taken = place.entries.iter().find(|entry| entry.methods.take(method));
        // what may be asked is asked for free, of whoever would answer
        let asked = || place.entries.first().filter(|_| *method == Method::OPTIONS);
        taken.or_else(asked).map_or_else(|| Found::Method(place.methods()), |entry| Found::Route(&entry.what))
    }
}

impl<T: Priced> Place<T> {
    fn is_sold(&self) -> bool {
        self.entries.iter().any(|entry| entry.what.is_sold())
    }

    fn methods(&self) -> Vec<Method> {
        let some = |entry: &Entry<T>| match &entry.methods {
            Methods::All => Vec::new(),
            Methods::Some(methods) => methods.clone(),
        };
        self.entries.iter().flat_map(some).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(PartialEq, Eq, Debug)]
    struct Price(u32);

    impl Priced for Price {
        fn is_sold(&self) -> bool {
            self.0 > 0
        }
    }

    fn table(routes: &[(&str, &[&str], u32)]) -> Result<Table<Price>, Overlap> {
        Table::new(routes.iter().map(|(path, methods, price)| {
            let methods = methods.iter().map(|method| method.parse().unwrap()).collect::<Vec<_>>();
            let methods = if methods.is_empty() { Methods::All } else { Methods::Some(methods) };
            (Pattern::parse(path).unwrap(), methods, Price(*price))
        }))
    }

    fn found(table: &Table<Price>, path: &str) -> Option<u32> {
        match table.find(&Method::GET, path) {
            Found::Route(Price(price)) => Some(*price),
            _ => None,
        }
    }

    #[test]
    fn rows_108_and_113_no_spelling_of_a_path_that_is_sold_is_cheaper() {
        let table = table(&[("/v1/report/{id}", &[], 1), ("/v1/report/all", &[], 100), ("/v1/*", &[], 5), ("/*", &[], 0)]).unwrap();
        for (path, price) in [("/v1/report/42", 1), ("/v1/report/all", 100), ("/v1/other", 5), ("/health", 0), ("/", 0)] {
            assert_eq!(found(&table, path), Some(price), "{path}");
        }
        for path in [
            "/v1/report/ALL",
            "/v1/report/all/",
            "/v1/report/%61ll",
            "/v1/report/%2561ll",
            "/v1/report/all;x",
            "//v1/report/all",
            "/V1/report/42",
            "/v1%2Freport/42",
            "/v1",
            "/V1/",
            "/x/../v1/other",
            "/x/%2e%2e/v1/other",
        ] {
            let found = table.find(&Method::GET, path);
            assert!(matches!(found, Found::Ambiguous | Found::Nonsense), "{path}: {found:?}");
        }
        // where nothing is sold nothing is refused
        assert_eq!(found(&table, "//HEALTH/"), Some(0));
    }

    #[test]
    fn methods_of_a_path_are_told_apart_and_no_other_route_takes_the_rest() {
        let table = table(&[("/a", &["GET"], 1), ("/a", &["POST"], 0), ("/b", &["GET"], 1), ("/*", &[], 0)]).unwrap();
        for (method, path, expected) in [
            (Method::GET, "/a", Found::Route(&Price(1))),
            (Method::HEAD, "/a", Found::Route(&Price(1))),
            (Method::POST, "/a", Found::Route(&Price(0))),
            (Method::OPTIONS, "/b", Found::Route(&Price(1))),
            (Method::POST, "/b", Found::Method(vec![Method::GET])),
            (Method::DELETE, "/c", Found::Route(&Price(0))),
        ] {
            assert_eq!(table.find(&method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn routes_that_many_servers_cannot_tell_apart_are_refused() {
        for routes in [
            [("/a", &[][..], 1), ("/A", &[][..], 2)],
            [("/a", &[], 1), ("/a/", &[], 1)],
            [("/a/{x}", &[], 1), ("/a/{y}", &[], 2)],
            [("/a", &["GET"], 1), ("/a", &["POST", "GET"], 2)],
        ] {
            assert!(table(&routes).is_err(), "{routes:?}");
        }
        assert!(table(&[("/a", &["GET"], 1), ("/a", &["POST"], 2)]).is_ok());
    }
}
