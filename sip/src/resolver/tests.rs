//! Finding servers, question by question.
