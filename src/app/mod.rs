//! The pure core: state, events, effects, commands.
