//! What a filter says.

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Compare {
        left: Operand,
        op: Op,
        right: Operand,
    },
    Text {
        function: TextFunction,
        property: Path,
        value: Operand,
    },
    /// `Microsoft.Dynamics.CRM.Name(PropertyName='x',...)`.
    Custom {
        name: String,
        arguments: Vec<(String, Argument)>,
    },
    /// `Collection/any(t:...)`, `Collection/all(t:...)`, `Collection/any()`.
    Lambda {
        collection: Path,
        /// `all`: the condition holds for every row.
        every: bool,
        /// What the condition calls a row of the collection.
        variable: String,
        condition: Option<Box<Expr>>,
    },
    /// A yes/no property by itself.
    Property(Path),
    Constant(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextFunction {
    Contains,
    StartsWith,
    EndsWith,
}

/// Navigation properties and at the end a property: `primarycontactid/fullname`.
pub(crate) type Path = Vec<String>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Property(Path),
    Literal(Literal),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Argument {
    One(Literal),
    Many(Vec<Literal>),
}

/// A literal as it was written. What a number or a date means depends on the column beside it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Text(String),
    /// Digits with sign, point and exponent as sent.
    Number(String),
    Guid(uuid::Uuid),
    /// A date or an instant, ISO 8601.
    Date(String),
    /// `Microsoft.Dynamics.CRM.OwnershipTypes'UserOwned'`.
    Enum {
        name: String,
        member: String,
    },
}
