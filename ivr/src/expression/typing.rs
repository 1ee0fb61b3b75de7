//! The types of an expression's parts. What has no rule here is not part of the language.

use cel::{
    IdedExpr,
    common::ast::{CallExpr, Expr, LiteralValue},
};
use std::fmt;

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Bool,
    Double,
    Int,
    Text,
}

impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Bool => "a yes or no",
            Self::Double => "a number with a point",
            Self::Int => "a whole number",
            Self::Text => "a text",
        })
    }
}

pub(super) fn infer(expression: &IdedExpr) -> Result<Type, String> {
    match &expression.expr {
        Expr::Ident(_) => Ok(Type::Text),
        Expr::Literal(literal) => match literal {
            LiteralValue::Boolean(_) => Ok(Type::Bool),
            LiteralValue::Double(_) => Ok(Type::Double),
            LiteralValue::Int(_) => Ok(Type::Int),
            LiteralValue::String(_) => Ok(Type::Text),
            LiteralValue::Bytes(_) | LiteralValue::Null | LiteralValue::UInt(_) => {
                Err("bytes, null and unsigned numbers are not part of this language".to_owned())
            }
        },
        Expr::Call(call) => infer_call(call),
        Expr::List(_) => Err("a list stands only on the right of \"in\"".to_owned()),
        Expr::Comprehension(_) => Err(
            "nothing may repeat: all, exists, filter and map are not part of this language"
                .to_owned(),
        ),
        Expr::Map(_) | Expr::Select(_) | Expr::Struct(_) | Expr::Unspecified => {
            Err("objects and has() are not part of this language".to_owned())
        }
    }
}

fn infer_call(call: &CallExpr) -> Result<Type, String> {
    let name = call.func_name.as_str();
    if let ("@in", [one, of]) = (name, call.args.as_slice()) {
        return infer_membership(one, of);
    }
    let target = call.target.iter().map(AsRef::as_ref);
    let types = target
        .chain(&call.args)
        .map(infer)
        .collect::<Result<Vec<_>, _>>()?;
    let is_method = call.target.is_some();
    rule(name, is_method, &types).ok_or_else(|| {
        let types: Vec<_> = types.iter().map(ToString::to_string).collect();
        let shown = name.trim_matches('_');
        format!("{shown:?} does not take {}", types.join(" and "))
    })
}

fn infer_membership(one: &IdedExpr, of: &IdedExpr) -> Result<Type, String> {
    let Expr::List(list) = &of.expr else {
        return Err("\"in\" wants a list on its right, as in [\"1\", \"2\"]".to_owned());
    };
    let wanted = infer(one)?;
    for element in &list.elements {
        let found = infer(element)?;
        if found != wanted {
            return Err(format!(
                "\"in\" looks for {wanted} and the list holds {found}"
            ));
        }
    }
    Ok(Type::Bool)
}

fn rule(name: &str, is_method: bool, types: &[Type]) -> Option<Type> {
    use Type::{Bool, Double, Int, Text};
    if is_method {
        return match (name, types) {
            ("contains" | "endsWith" | "startsWith", [Text, Text]) => Some(Bool),
            ("size", [Text]) => Some(Int),
            _ => None,
        };
    }
    match (name, types) {
        ("_&&_" | "_||_", [Bool, Bool]) | ("!_", [Bool]) => Some(Bool),
        ("_==_" | "_!=_", [left, right]) if left == right => Some(Bool),
        ("_<_" | "_<=_" | "_>_" | "_>=_", [left, right]) if left == right && *left != Bool => {
            Some(Bool)
        }
        ("_+_", [Text, Text]) => Some(Text),
        ("_+_" | "_-_" | "_*_" | "_/_", [Double, Double]) | ("-_", [Double]) => Some(Double),
        ("_+_" | "_-_" | "_*_" | "_/_" | "_%_", [Int, Int]) | ("-_", [Int]) => Some(Int),
        ("_?_:_", [Bool, left, right]) if left == right => Some(*left),
        ("size", [Text]) | ("int", [Text | Int | Double]) => Some(Int),
        ("double", [Text | Int | Double]) => Some(Double),
        ("string", [Text | Int | Double | Bool]) => Some(Text),
        _ => None,
    }
}
