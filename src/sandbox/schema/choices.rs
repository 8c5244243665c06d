use super::Choice;
use super::inspection::ASSET_KINDS;

/// A choice that several columns can share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SharedChoice {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) options: &'static [Choice],
    /// Made by the organization.
    pub(crate) custom: bool,
}

pub(super) const SHARED: &[SharedChoice] =
    &[SharedChoice { name: "contoso_assetkind", label: "Asset Kind", options: ASSET_KINDS, custom: true }];
