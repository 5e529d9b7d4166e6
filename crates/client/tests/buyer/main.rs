//! A buyer against sellers over real HTTP, honest ones and others. What a seller is paid is verified by the scheme.

mod audit;
mod honest;
mod hostile;
mod seller;
mod statements;
mod terms;
