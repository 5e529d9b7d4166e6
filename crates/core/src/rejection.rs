//! The closed set of rejections.
