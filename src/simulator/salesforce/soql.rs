//! A reader for the SOQL that clients of the simulator send:
//! `SELECT … FROM … [WHERE … AND …] [ORDER BY …] [LIMIT …]`.

use serde_json::Value;

/// A query.
#[derive(Debug, PartialEq)]
pub(super) struct Query {
    pub(super) fields: Vec<String>,
    pub(super) object: String,
    pub(super) conditions: Vec<Condition>,
    pub(super) order: Option<Order>,
    pub(super) limit: Option<usize>,
}

/// `field = value` or `field != value`.
#[derive(Debug, PartialEq)]
pub(super) struct Condition {
    pub(super) field: String,
    pub(super) equal: bool,
    pub(super) value: Value,
}

/// `ORDER BY field [DESC]`.
#[derive(Debug, PartialEq)]
pub(super) struct Order {
    pub(super) field: String,
    pub(super) descending: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Symbol(&'static str),
}

/// Reads a query; the error is what `MALFORMED_QUERY` says.
pub(super) fn parse(text: &str) -> Result<Query, String> {
    let mut reader = Reader { tokens: tokens(text)?, position: 0 };
    let query = reader.query()?;
    match reader.next() {
        None => Ok(query),
        Some(rest) => Err(unexpected(Some(rest))),
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let symbol =
            ["!=", "<>", "=", ",", "(", ")"].into_iter().find(|symbol| rest.starts_with(symbol));
        if let Some(symbol) = symbol {
            found.push(Token::Symbol(symbol));
            rest = &rest[symbol.len()..];
        } else if first == '\'' {
            let (literal, after) = literal(&rest[1..])?;
            found.push(Token::Text(literal));
            rest = after;
        } else {
            let end = rest
                .find(|letter: char| !(letter.is_alphanumeric() || "._-:+".contains(letter)))
                .unwrap_or(rest.len());
            if end == 0 {
                return Err(format!("unexpected token: '{first}'"));
            }
            found.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    Ok(found)
}

/// A quoted text up to its closing quote, and what follows.
fn literal(text: &str) -> Result<(String, &str), String> {
    let mut read = String::new();
    let mut letters = text.char_indices();
    while let Some((index, letter)) = letters.next() {
        match letter {
            '\'' => return Ok((read, &text[index + 1..])),
            '\\' => match letters.next() {
                Some((_, 'n')) => read.push('\n'),
                Some((_, 't')) => read.push('\t'),
                Some((_, escaped)) if "'\"\\_%".contains(escaped) => read.push(escaped),
                _ => return Err("invalid escape sequence in a string literal".to_owned()),
            },
            other => read.push(other),
        }
    }
    Err("unclosed string literal".to_owned())
}

struct Reader {
    tokens: Vec<Token>,
    position: usize,
}

impl Reader {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.position).cloned();
        self.position += usize::from(token.is_some());
        token
    }

    /// Steps over a keyword if it comes next.
    fn takes(&mut self, keyword: &str) -> bool {
        let found = matches!(self.tokens.get(self.position),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.position += usize::from(found);
        found
    }

    fn expect(&mut self, keyword: &str) -> Result<(), String> {
        if self.takes(keyword) { Ok(()) } else { Err(format!("expecting '{keyword}'")) }
    }

    fn word(&mut self) -> Result<String, String> {
        match self.next() {
            Some(Token::Word(word)) => Ok(word),
            other => Err(unexpected(other)),
        }
    }

    fn query(&mut self) -> Result<Query, String> {
        self.expect("SELECT")?;
        let mut fields = vec![self.word()?];
        while self.tokens.get(self.position) == Some(&Token::Symbol(",")) {
            self.position += 1;
            fields.push(self.word()?);
        }
        self.expect("FROM")?;
        let object = self.word()?;
        let mut conditions = Vec::new();
        if self.takes("WHERE") {
            conditions.push(self.condition()?);
            while self.takes("AND") {
                conditions.push(self.condition()?);
            }
        }
        let order = if self.takes("ORDER") {
            self.expect("BY")?;
            Some(self.order()?)
        } else {
            None
        };
        let limit = if self.takes("LIMIT") {
            Some(self.word()?.parse().map_err(|_| "LIMIT must be a number".to_owned())?)
        } else {
            None
        };
        Ok(Query { fields, object, conditions, order, limit })
    }

    fn order(&mut self) -> Result<Order, String> {
        let field = self.word()?;
        let descending = self.takes("DESC");
        if !descending {
            self.takes("ASC");
        }
        if self.takes("NULLS") && !self.takes("FIRST") {
            self.expect("LAST")?;
        }
        Ok(Order { field, descending })
    }

    fn condition(&mut self) -> Result<Condition, String> {
        let field = self.word()?;
        let equal = match self.next() {
            Some(Token::Symbol("=")) => true,
            Some(Token::Symbol("!=" | "<>")) => false,
            other => return Err(unexpected(other)),
        };
        let value = match self.next() {
            Some(Token::Text(text)) => Value::String(text),
            Some(Token::Word(word)) => match word.to_ascii_lowercase().as_str() {
                "null" => Value::Null,
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => word
                    .parse::<i64>()
                    .map(Value::from)
                    .map_err(|_| format!("unexpected token: '{word}'"))?,
            },
            other => return Err(unexpected(other)),
        };
        Ok(Condition { field, equal, value })
    }
}

fn unexpected(token: Option<Token>) -> String {
    match token {
        Some(Token::Word(word) | Token::Text(word)) => format!("unexpected token: '{word}'"),
        Some(Token::Symbol(symbol)) => format!("unexpected token: '{symbol}'"),
        None => "unexpected token: '<EOF>'".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_queries_of_clients() {
        let query = parse(
            "select Id, User.Name from OauthToken where AppName = 'Zo\\'s app' and UserId != null \
             order by LastUsedDate desc nulls last limit 20",
        )
        .unwrap();
        assert_eq!(query.fields, ["Id", "User.Name"]);
        assert_eq!(query.object, "OauthToken");
        assert_eq!(query.conditions[0].value, Value::from("Zo's app"));
        assert!(!query.conditions[1].equal);
        assert_eq!(query.conditions[1].value, Value::Null);
        assert_eq!(query.order, Some(Order { field: "LastUsedDate".to_owned(), descending: true }));
        assert_eq!(query.limit, Some(20));
    }

    #[test]
    fn says_what_it_cannot_read() {
        for (text, complaint) in [
            ("", "expecting 'SELECT'"),
            ("SELECT Id", "expecting 'FROM'"),
            ("SELECT Id FROM", "unexpected token: '<EOF>'"),
            ("SELECT Id FROM User WHERE Name = 'x", "unclosed string literal"),
            ("SELECT Id FROM User GROUP BY Name", "unexpected token: 'GROUP'"),
            ("SELECT Id FROM User LIMIT many", "LIMIT must be a number"),
            ("SELECT Id FROM User WHERE Name ; 1", "unexpected token: ';'"),
        ] {
            assert_eq!(parse(text).unwrap_err(), complaint, "{text}");
        }
    }
}
