//! The demo enterprise: what a newcomer rings a minute after building the server.
