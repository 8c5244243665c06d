//! A stand-in for Entra ID and Dataverse on loopback.
