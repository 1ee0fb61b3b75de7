//! Expressions over a flow's variables: a small, typed part of the Common Expression Language.
//!
//! A variable is a text. Nothing repeats within an expression and its source is bounded, so its evaluation
//! is too; [`Expression::check`] knows the type of every part, so that a call can fail at values only.

mod typing;

use crate::{limits, template::is_variable_name};
use cel::{Context, Env, IdedExpr, Value, common::ast::Expr, parser::Parser};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};
use thiserror::Error;

pub(crate) use typing::Type;

/// The functions and operators of the language, made once.
static LANGUAGE: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// An expression as its author typed it, and what was understood of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Expression {
    source: String,
    parsed: Result<Arc<Parsed>, ExpressionError>,
}

#[derive(Debug)]
struct Parsed {
    root: IdedExpr,
    names: BTreeSet<String>,
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExpressionError {
    /// It is longer than it may be.
    #[error("an expression has at most {} bytes", limits::EXPRESSION_BYTES)]
    TooLong,
    /// It cannot be read.
    #[error("{0}")]
    Syntax(String),
    /// There is no variable of this name.
    #[error("there is no variable {0:?}")]
    UnknownVariable(String),
    /// A part has a type that does not fit its place, or is not in this language.
    #[error("{0}")]
    Type(String),
    /// The values of this call do not allow it: a text that is no number, a division by zero.
    #[error("{0}")]
    Value(String),
}

/// What an expression comes to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Bool(bool),
    Text(String),
}

impl Expression {
    /// Reads an expression; what cannot be read is kept and reported by the check of its flow.
    pub fn new(source: impl Into<String>) -> Self {
        let source = source.into();
        let parsed = parse(&source).map(Arc::new);
        Self { source, parsed }
    }

    /// The expression as typed.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// The names of its variables; nothing when it cannot be read.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let parsed = self.parsed.as_ref().ok();
        parsed
            .into_iter()
            .flat_map(|parsed| parsed.names.iter().map(String::as_str))
    }

    /// The type of its value, when every part of it fits its place.
    pub(crate) fn check(&self, knows: impl Fn(&str) -> bool) -> Result<Type, ExpressionError> {
        let parsed = self.parsed.as_ref().map_err(Clone::clone)?;
        if let Some(name) = parsed.names.iter().find(|name| !knows(name)) {
            return Err(ExpressionError::UnknownVariable(name.clone()));
        }
        typing::infer(&parsed.root).map_err(ExpressionError::Type)
    }

    /// Its value with these values of variables; unknown ones are empty.
    pub(crate) fn evaluate<'v>(
        &self,
        value: impl Fn(&str) -> &'v str,
    ) -> Result<Outcome, ExpressionError> {
        let parsed = self.parsed.as_ref().map_err(Clone::clone)?;
        let mut context = Context::with_env(Arc::clone(&LANGUAGE));
        for name in &parsed.names {
            context.add_variable_from_value(name.clone(), value(name).to_owned());
        }
        let outcome = context
            .resolve(&parsed.root)
            .map_err(|error| ExpressionError::Value(error.to_string()))?;
        match outcome {
            Value::Bool(outcome) => Ok(Outcome::Bool(outcome)),
            Value::String(text) => Ok(Outcome::Text(text.as_ref().clone())),
            Value::Int(number) => Ok(Outcome::Text(number.to_string())),
            Value::Float(number) if number.is_finite() => Ok(Outcome::Text(number.to_string())),
            Value::Bytes(_)
            | Value::Float(_)
            | Value::Function(..)
            | Value::List(_)
            | Value::Map(_)
            | Value::Null
            | Value::Opaque(_)
            | Value::Struct(_)
            | Value::UInt(_) => Err(ExpressionError::Value("this cannot be kept".to_owned())),
        }
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Expression {}

impl From<String> for Expression {
    fn from(source: String) -> Self {
        Self::new(source)
    }
}

impl From<Expression> for String {
    fn from(expression: Expression) -> Self {
        expression.source
    }
}

fn parse(source: &str) -> Result<Parsed, ExpressionError> {
    if source.len() > limits::EXPRESSION_BYTES {
        return Err(ExpressionError::TooLong);
    }
    let mut root = Parser::new()
        .max_recursion_depth(limits::EXPRESSION_DEPTH)
        .parse(source)
        .map_err(|errors| {
            let lines: Vec<_> = errors.errors.iter().map(ToString::to_string).collect();
            ExpressionError::Syntax(lines.join("; ").replace('\n', " "))
        })?;
    let mut names = BTreeSet::new();
    collect_names(&mut root, &mut names);
    Ok(Parsed { root, names })
}

/// Gathers the variables, and makes one name of `order.total`, which is one variable here.
fn collect_names(expression: &mut IdedExpr, names: &mut BTreeSet<String>) {
    if let Some(name) = dotted(expression) {
        if is_variable_name(&name) {
            names.insert(name.clone());
        }
        expression.expr = Expr::Ident(name);
        return;
    }
    match &mut expression.expr {
        Expr::Call(call) => {
            let target = call.target.iter_mut().map(AsMut::as_mut);
            for part in target.chain(&mut call.args) {
                collect_names(part, names);
            }
        }
        Expr::List(list) => {
            for part in &mut list.elements {
                collect_names(part, names);
            }
        }
        Expr::Comprehension(_)
        | Expr::Ident(_)
        | Expr::Literal(_)
        | Expr::Map(_)
        | Expr::Select(_)
        | Expr::Struct(_)
        | Expr::Unspecified => {}
    }
}

fn dotted(expression: &IdedExpr) -> Option<String> {
    match &expression.expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) if !select.test => {
            Some(format!("{}.{}", dotted(&select.operand)?, select.field))
        }
        Expr::Call(_)
        | Expr::Comprehension(_)
        | Expr::List(_)
        | Expr::Literal(_)
        | Expr::Map(_)
        | Expr::Select(_)
        | Expr::Struct(_)
        | Expr::Unspecified => None,
    }
}

#[cfg(test)]
mod tests;
