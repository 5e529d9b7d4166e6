//! Canonical resources.

reasons! {
    /// Why text is not a canonical resource.
    pub enum ResourceError {
        /// No scheme that this protocol knows.
        Scheme = "resource_scheme", "a resource is an http, https or mcp URL";
    }
}
