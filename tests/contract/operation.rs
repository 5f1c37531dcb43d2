//! One documented operation, taken apart.

use std::collections::BTreeMap;

use crate::spec::{Node, Place, Spec};
use crate::violation::Violation;

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

pub(crate) struct Operation<'a> {
    pub(crate) place: Place,
    /// In upper case.
    pub(crate) method: String,
    /// The path, with `{name}` for each path parameter.
    pub(crate) template: &'a str,
    pub(crate) parameters: Vec<Parameter<'a>>,
    pub(crate) responses: BTreeMap<u16, Response<'a>>,
    /// The schemes of `Authorization` that are documented, in lower case.
    pub(crate) authorization_schemes: Vec<String>,
}

pub(crate) struct Parameter<'a> {
    pub(crate) place: Place,
    pub(crate) name: &'a str,
    pub(crate) location: &'a str,
    pub(crate) required: bool,
    /// As written: it may be a reference.
    pub(crate) schema: Node<'a>,
}

pub(crate) struct Response<'a> {
    pub(crate) place: Place,
    /// Media type → media type object.
    pub(crate) contents: Vec<(&'a str, Node<'a>)>,
}

impl<'a> Operation<'a> {
    pub(crate) fn find(spec: &'a Spec, id: &str) -> Result<Self, Violation> {
        for file in spec.files() {
            for (template, item) in file.get("paths").iter().flat_map(Node::members) {
                for method in METHODS {
                    if let Some(operation) = item.get(method)
                        && operation.text("operationId") == Some(id)
                    {
                        return Self::read(&file, template, &item, &operation);
                    }
                }
            }
        }
        let anywhere = Place::new("openapi", "/paths");
        Err(Violation::new(&anywhere, format!("no operation {id}")))
    }

    fn read(
        file: &Node<'a>,
        template: &'a str,
        item: &Node<'a>,
        operation: &Node<'a>,
    ) -> Result<Self, Violation> {
        let parameters = [item, operation]
            .into_iter()
            .filter_map(|owner| owner.get("parameters"))
            .flat_map(|parameters| parameters.elements());
        let operation = Self {
            place: operation.place.clone(),
            method: operation.place.name().to_uppercase(),
            template,
            parameters: parameters
                .map(|parameter| Parameter::read(&parameter))
                .collect::<Result<_, _>>()?,
            responses: operation
                .need("responses")?
                .members()
                .into_iter()
                .map(|(status, response)| {
                    let number = status
                        .parse()
                        .map_err(|_| response.violation("is no status these suites can check"))?;
                    Ok((number, Response::read(&response)?))
                })
                .collect::<Result<_, _>>()?,
            authorization_schemes: authorization_schemes(file, operation)?,
        };
        operation.match_template_and_parameters()?;
        Ok(operation)
    }

    pub(crate) fn path_parameters(&self) -> impl Iterator<Item = &Parameter<'a>> {
        self.located("path")
    }

    pub(crate) fn query_parameters(&self) -> impl Iterator<Item = &Parameter<'a>> {
        self.located("query")
    }

    fn located(&self, location: &str) -> impl Iterator<Item = &Parameter<'a>> {
        self.parameters
            .iter()
            .filter(move |parameter| parameter.location == location)
    }

    /// The path parameter a segment of the template stands for.
    pub(crate) fn path_parameter(&self, segment: &str) -> Option<&Parameter<'a>> {
        let name = segment.strip_prefix('{')?.strip_suffix('}')?;
        self.path_parameters()
            .find(|parameter| parameter.name == name)
    }

    fn match_template_and_parameters(&self) -> Result<(), Violation> {
        for segment in self.template.split('/') {
            if segment.starts_with('{') && self.path_parameter(segment).is_none() {
                let says = format!("no parameter is documented for {segment} of the path");
                return Err(Violation::new(&self.place, says));
            }
        }
        for Parameter {
            place,
            name,
            required,
            ..
        } in self.path_parameters()
        {
            if !required {
                return Err(Violation::new(
                    place,
                    "is in the path, so it has to be required",
                ));
            }
            if !self.template.contains(&format!("{{{name}}}")) {
                return Err(Violation::new(place, "is not in the path"));
            }
        }
        Ok(())
    }
}

impl<'a> Parameter<'a> {
    fn read(node: &Node<'a>) -> Result<Self, Violation> {
        let node = node.resolved()?;
        Ok(Self {
            place: node.place.clone(),
            name: node.need_text("name")?,
            location: node.need_text("in")?,
            required: node.flag("required"),
            schema: node.need("schema")?,
        })
    }
}

impl<'a> Response<'a> {
    fn read(node: &Node<'a>) -> Result<Self, Violation> {
        let node = node.resolved()?;
        Ok(Self {
            place: node.place.clone(),
            contents: node.need("content")?.members(),
        })
    }
}

/// What a request may carry, by the security requirements of the operation or else of the file.
fn authorization_schemes(file: &Node<'_>, operation: &Node<'_>) -> Result<Vec<String>, Violation> {
    let Some(requirements) = operation.get("security").or_else(|| file.get("security")) else {
        return Ok(Vec::new());
    };
    let known = file.need("components")?.need("securitySchemes")?;
    let names = requirements.elements().into_iter();
    names
        .flat_map(|requirement| requirement.members())
        .map(|(name, _)| {
            let scheme = known.need(name)?.resolved()?;
            Ok(match scheme.need_text("type")? {
                "http" => scheme.need_text("scheme")?.to_lowercase(),
                "oauth2" | "openIdConnect" => "bearer".to_owned(),
                _ => return Err(scheme.violation("is no scheme these suites can check")),
            })
        })
        .collect()
}
