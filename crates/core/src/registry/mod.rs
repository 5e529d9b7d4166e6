//! Networks and assets as data.
