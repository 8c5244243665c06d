use super::Error;
use super::ast::{Argument, Expr, Literal, Op, Operand, Path, TextFunction};
use super::lexer::{Token, tokens};

/// Deeper nesting is refused before it can use up the stack.
const MAX_DEPTH: usize = 60;
/// The service's limit (0x8004430c).
const MAX_CONDITIONS: usize = 500;

/// Reads a filter. `alias` gives the text of `@name`; an alias without a value is null.
pub(crate) fn filter(text: &str, alias: &dyn Fn(&str) -> Option<String>) -> Result<Expr, Error> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0, conditions: 0, alias };
    let expr = parser.or()?;
    match parser.peek() {
        None => Ok(expr),
        Some(_) => Err(parser.unexpected()),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
    conditions: usize,
    alias: &'a dyn Fn(&str) -> Option<String>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn word(&self) -> Option<&str> {
        match self.peek() {
            Some(Token::Name(name)) => Some(name),
            _ => None,
        }
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.word() == Some(word);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &Token) -> Result<(), Error> {
        if self.take(token) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> Error {
        match self.peek() {
            Some(token) => Error::syntax(format!("Syntax error: {token:?} was not expected there.")),
            None => Error::syntax("Syntax error: the expression ends too early."),
        }
    }

    fn or(&mut self) -> Result<Expr, Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::syntax("Recursion depth exceeded allowed limit."));
        }
        let mut sides = vec![self.and()?];
        while self.take_word("or") {
            sides.push(self.and()?);
        }
        self.depth -= 1;
        Ok(joined(sides, Expr::Or))
    }

    fn and(&mut self) -> Result<Expr, Error> {
        let mut sides = vec![self.unary()?];
        while self.take_word("and") {
            sides.push(self.unary()?);
        }
        Ok(joined(sides, Expr::And))
    }

    fn unary(&mut self) -> Result<Expr, Error> {
        if self.word() == Some("not") {
            self.at += 1;
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err(Error::syntax("Recursion depth exceeded allowed limit."));
            }
            let inner = self.unary()?;
            self.depth -= 1;
            if matches!(inner, Expr::Custom { .. }) {
                return Err(Error::refused(
                    "Not operator along with the Custom Named Condition operators is not allowed",
                ));
            }
            return Ok(Expr::Not(Box::new(inner)));
        }
        if self.take(&Token::Open) {
            let inner = self.or()?;
            self.expect(&Token::Close)?;
            return Ok(inner);
        }
        self.conditions += 1;
        if self.conditions > MAX_CONDITIONS {
            return Err(Error::TooManyConditions);
        }
        self.condition()
    }

    fn condition(&mut self) -> Result<Expr, Error> {
        if let (Some(name), Some(Token::Open)) = (self.word(), self.tokens.get(self.at + 1)) {
            let name = name.to_owned();
            self.at += 2;
            return self.function(&name);
        }
        let left = self.operand()?;
        let op = match self.word() {
            Some("eq") => Op::Eq,
            Some("ne") => Op::Ne,
            Some("gt") => Op::Gt,
            Some("ge") => Op::Ge,
            Some("lt") => Op::Lt,
            Some("le") => Op::Le,
            Some("has") => return Err(Error::NotImplemented { what: "the operator 'has'".to_owned() }),
            _ => {
                return match left {
                    Operand::Literal(Literal::Bool(value)) => Ok(Expr::Constant(value)),
                    Operand::Property(path) if self.lambda_follows(&path) => self.lambda(path),
                    Operand::Property(path) => Ok(Expr::Property(path)),
                    Operand::Literal(_) => Err(self.unexpected()),
                };
            }
        };
        self.at += 1;
        let right = self.operand()?;
        Ok(Expr::Compare { left, op, right })
    }

    fn function(&mut self, name: &str) -> Result<Expr, Error> {
        let function = match name {
            "contains" => TextFunction::Contains,
            "startswith" => TextFunction::StartsWith,
            "endswith" => TextFunction::EndsWith,
            _ => {
                return match name.strip_prefix("Microsoft.Dynamics.CRM.") {
                    Some(custom) => self.custom(custom),
                    None => Err(Error::refused(format!(
                        "An unknown function with name '{name}' was found. This may also be a function import \
                         or a key lookup on a navigation property, which is not allowed."
                    ))),
                };
            }
        };
        let property = match self.operand()? {
            Operand::Property(path) => path,
            Operand::Literal(_) => {
                return Err(Error::refused(format!("The function '{name}' needs a column first.")));
            }
        };
        self.expect(&Token::Comma)?;
        let value = self.operand()?;
        self.expect(&Token::Close)?;
        Ok(Expr::Text { function, property, value })
    }

    fn custom(&mut self, name: &str) -> Result<Expr, Error> {
        let mut arguments = Vec::new();
        while !self.take(&Token::Close) {
            if !arguments.is_empty() {
                self.expect(&Token::Comma)?;
            }
            let Some(argument) = self.word().map(str::to_owned) else { return Err(self.unexpected()) };
            self.at += 1;
            self.expect(&Token::Equals)?;
            let value = self.argument()?;
            arguments.push((argument, value));
        }
        Ok(Expr::Custom { name: name.to_owned(), arguments })
    }

    fn operand(&mut self) -> Result<Operand, Error> {
        match self.peek() {
            Some(Token::Name(name)) if !is_operator(name) => self.path().map(Operand::Property),
            Some(Token::Alias(name)) => {
                let name = name.clone();
                self.at += 1;
                self.aliased(&name, |parser| match parser.peek() {
                    Some(Token::Name(_)) => parser.path().map(Operand::Property),
                    _ => parser.literal().map(Operand::Literal),
                })
            }
            _ => self.literal().map(Operand::Literal),
        }
    }

    fn path(&mut self) -> Result<Path, Error> {
        let mut path = Vec::new();
        loop {
            let Some(name) = self.word().map(str::to_owned) else { return Err(self.unexpected()) };
            path.push(name);
            self.at += 1;
            if !self.take(&Token::Slash) {
                return Ok(path);
            }
        }
    }

    fn literal(&mut self) -> Result<Literal, Error> {
        match self.peek().cloned() {
            Some(Token::Literal(literal)) => {
                self.at += 1;
                Ok(literal)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// The value of one argument of a named condition: a literal, or a list of them.
    fn argument(&mut self) -> Result<Argument, Error> {
        if let Some(Token::Alias(name)) = self.peek() {
            let name = name.clone();
            self.at += 1;
            return self.aliased(&name, |parser| parser.argument());
        }
        if !self.take(&Token::OpenList) {
            return self.literal().map(Argument::One);
        }
        let mut values = Vec::new();
        while !self.take(&Token::CloseList) {
            if !values.is_empty() {
                self.expect(&Token::Comma)?;
            }
            values.push(self.literal()?);
        }
        Ok(Argument::Many(values))
    }

    /// What an alias stands for. Without a value it is null; an alias of an alias is null too.
    fn aliased<T>(
        &self,
        name: &str,
        read: impl FnOnce(&mut Parser<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let tokens = match (self.alias)(name) {
            Some(text) => tokens(&text)?,
            None => vec![Token::Literal(Literal::Null)],
        };
        let mut inner = Parser { tokens: &tokens, at: 0, depth: self.depth, conditions: 0, alias: &|_| None };
        let value = read(&mut inner)?;
        match inner.peek() {
            None => Ok(value),
            Some(_) => Err(Error::syntax(format!("The value of the alias '@{name}' is not one value."))),
        }
    }

    fn lambda_follows(&self, path: &Path) -> bool {
        path.len() > 1
            && path.last().is_some_and(|last| last == "any" || last == "all")
            && self.peek() == Some(&Token::Open)
    }

    /// Reads `(t:...)` behind `Collection/any`. Only `any` may come without a condition.
    fn lambda(&mut self, mut collection: Path) -> Result<Expr, Error> {
        let every = collection.pop().is_some_and(|word| word == "all");
        self.expect(&Token::Open)?;
        if !every && self.take(&Token::Close) {
            return Ok(Expr::Lambda { collection, every, variable: String::new(), condition: None });
        }
        let Some(variable) = self.word().map(str::to_owned) else { return Err(self.unexpected()) };
        self.at += 1;
        self.expect(&Token::Colon)?;
        let condition = Some(Box::new(self.or()?));
        self.expect(&Token::Close)?;
        Ok(Expr::Lambda { collection, every, variable, condition })
    }
}

/// One condition of many: a tree as flat as it can be. What walks it later calls itself once a level,
/// and 500 levels are more than a stack holds.
fn joined(mut sides: Vec<Expr>, join: fn(Box<Expr>, Box<Expr>) -> Expr) -> Expr {
    while sides.len() > 1 {
        let mut rest = sides.into_iter();
        sides = Vec::with_capacity(rest.len().div_ceil(2));
        while let Some(left) = rest.next() {
            sides.push(match rest.next() {
                Some(right) => join(Box::new(left), Box::new(right)),
                None => left,
            });
        }
    }
    sides.pop().unwrap_or(Expr::Constant(true))
}

fn is_operator(name: &str) -> bool {
    matches!(name, "and" | "or" | "not" | "eq" | "ne" | "gt" | "ge" | "lt" | "le")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Expr, Error> {
        filter(text, &|name| (name == "n").then(|| "'O''Brien'".to_owned()))
    }

    fn property(name: &str) -> Operand {
        Operand::Property(name.split('/').map(str::to_owned).collect())
    }

    #[test]
    fn and_binds_tighter_than_or_and_brackets_win() {
        let plain = parse("a eq 1 or b eq 2 and c eq 3").unwrap();
        assert!(matches!(plain, Expr::Or(_, right) if matches!(*right, Expr::And(..))));
        let brackets = parse("(a eq 1 or b eq 2) and c eq 3").unwrap();
        assert!(matches!(brackets, Expr::And(left, _) if matches!(*left, Expr::Or(..))));
    }

    #[test]
    fn literals_keep_their_kind() {
        let id = "7d577253-3ef0-4a0a-bb7f-8335c2596e70";
        for (text, literal) in [
            ("null", Literal::Null),
            ("true", Literal::Bool(true)),
            ("'O''Brien & Co.'", Literal::Text("O'Brien & Co.".to_owned())),
            ("-12.50", Literal::Number("-12.50".to_owned())),
            (id, Literal::Guid(id.parse().unwrap())),
            ("2026-01-01T00:00:00Z", Literal::Date("2026-01-01T00:00:00Z".to_owned())),
            ("2026-01-01T10:00:00-08:00", Literal::Date("2026-01-01T10:00:00-08:00".to_owned())),
            ("1990-01-31", Literal::Date("1990-01-31".to_owned())),
            ("@n", Literal::Text("O'Brien".to_owned())),
            ("@missing", Literal::Null),
        ] {
            let parsed = parse(&format!("x/y eq {text}")).unwrap();
            let right = Operand::Literal(literal);
            assert_eq!(parsed, Expr::Compare { left: property("x/y"), op: Op::Eq, right }, "{text}");
        }
    }

    #[test]
    fn a_named_condition_takes_lists_and_cannot_be_negated() {
        let parsed = parse("Microsoft.Dynamics.CRM.In(PropertyName='a',PropertyValues=[\"1\",'2'])").unwrap();
        let values = vec![Literal::Text("1".to_owned()), Literal::Text("2".to_owned())];
        assert!(matches!(parsed, Expr::Custom { name, arguments }
            if name == "In" && arguments[1].1 == Argument::Many(values.clone())));
        assert!(matches!(
            parse("not Microsoft.Dynamics.CRM.Today(PropertyName='a')"),
            Err(Error::Refused { .. })
        ));
    }

    #[test]
    fn an_alias_stands_for_a_literal_a_path_or_a_list() {
        let alias = |name: &str| match name {
            "p" => Some("customerid_account/name".to_owned()),
            "l" => Some("[\"1\",\"2\"]".to_owned()),
            "loop" => Some("@loop".to_owned()),
            "two" => Some("1 2".to_owned()),
            _ => None,
        };
        let parsed = filter("@p ne @missing", &alias).unwrap();
        let right = Operand::Literal(Literal::Null);
        assert_eq!(parsed, Expr::Compare { left: property("customerid_account/name"), op: Op::Ne, right });
        let parsed = filter("Microsoft.Dynamics.CRM.In(PropertyName='a',PropertyValues=@l)", &alias).unwrap();
        assert!(matches!(parsed, Expr::Custom { arguments, .. }
            if matches!(&arguments[1].1, Argument::Many(values) if values.len() == 2)));
        assert!(filter("a eq @two", &alias).is_err());
        assert!(filter("a eq @loop", &alias).is_err());
    }

    #[test]
    fn a_lambda_holds_a_whole_filter() {
        let parsed = parse("not Incident_Tasks/any(t:t/a eq 1 and t/Notes/all(n:n/b ne t/c))").unwrap();
        let Expr::Not(inner) = parsed else { panic!("{parsed:?}") };
        let Expr::Lambda { collection, every: false, variable, condition: Some(condition) } = *inner else {
            panic!("{inner:?}")
        };
        assert_eq!((collection, variable.as_str()), (vec!["Incident_Tasks".to_owned()], "t"));
        assert!(
            matches!(*condition, Expr::And(_, right) if matches!(*right, Expr::Lambda { every: true, .. }))
        );
        assert!(matches!(parse("a/any()"), Ok(Expr::Lambda { condition: None, .. })));
        for text in
            ["a/all()", "a/any(t)", "a/any(t:)", "a/any(:t/a eq 1)", "a/any(t:t/a eq 1", "any(t:t/a eq 1)"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_filter_is_refused() {
        for text in
            ["", "a eq", "a eq 1 and", "(a eq 1", "a eq 'x", "a b c", "eq eq eq", "length(a) eq 1", "1 2"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(parse(&vec!["a eq 1"; 501].join(" or ")), Err(Error::TooManyConditions));
        assert!(parse(&format!("{}a eq 1{}", "(".repeat(5000), ")".repeat(5000))).is_err());
        assert!(parse(&format!("{} a", "not ".repeat(5000))).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,80}") {
            let _ = parse(&text);
        }

        #[test]
        fn no_sequence_of_words_makes_the_parser_panic(
            words in prop::collection::vec(
                prop::sample::select(vec![
                    "a", "eq", "and", "or", "not", "(", ")", "'x'", "null", "/", ",", "[", "]", "\"", "contains(",
                    "any(", "t:", "@n", "Microsoft.Dynamics.CRM.In(", "=", "2026-01-01T00:00", "-", "1e", "'",
                ]),
                0..24,
            )
        ) {
            let _ = parse(&words.join(" "));
            let _ = parse(&words.concat());
        }
    }
}
