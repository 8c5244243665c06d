//! Use cases shared by the edges.
