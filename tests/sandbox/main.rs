//! The sandbox as a client sees it: plain requests, no code of our own client.

#![allow(clippy::unwrap_used)] // a test that cannot go on should say where

mod activities;
mod apply;
mod attachments;
mod audit;
mod batch;
mod border;
mod bulk;
mod cases;
#[cfg(unix)]
mod command;
mod conditions;
mod controls;
mod csdl;
mod deep_insert;
mod delta;
mod desk;
mod discovery;
mod entra_applications;
mod entra_browser;
mod entra_device;
mod entra_documents;
mod entra_refresh;
mod environments;
mod expand;
mod faults;
mod faults_content;
mod faults_runs;
mod faults_sign_in;
mod faults_wire;
mod faults_world;
mod fetchxml;
mod fetchxml_aggregates;
mod fetchxml_paging;
mod fetchxml_real;
mod fetchxml_refusals;
mod fetchxml_views;
mod files;
mod images;
mod impersonation;
#[cfg(unix)]
mod kill;
mod lambdas;
mod links;
mod manual;
mod merge;
mod messages;
mod metadata;
mod metadata_shapes;
mod metadata_writes;
mod methods;
mod office;
mod people;
mod privileges;
mod queues;
mod raw;
mod related;
mod rows_filters;
mod rows_kept;
mod rows_paging;
mod rows_refusals;
mod rows_shapes;
mod rows_writes;
#[path = "../support/mod.rs"]
mod support;
mod tls;
mod transitions;
mod views;
mod workflows;
