//! A documented operation: its path, parameters, responses and authorization schemes.

use std::collections::BTreeMap;

use crate::spec::{Node, Place, Spec, Violation};

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

pub(crate) struct Operation<'a> {
    pub(crate) id: &'a str,
    pub(crate) place: Place,
    /// In upper case.
    pub(crate) method: String,
    /// The path, with `{name}` for each path parameter.
    pub(crate) template: &'a str,
    pub(crate) parameters: Vec<Parameter<'a>>,
    pub(crate) responses: BTreeMap<u16, DocumentedResponse<'a>>,
    /// The documented schemes of `Authorization`, in lower case.
    pub(crate) authorization_schemes: Vec<String>,
}

pub(crate) struct Parameter<'a> {
    pub(crate) place: Place,
    pub(crate) name: &'a str,
    pub(crate) location: &'a str,
    pub(crate) required: bool,
    /// The schema as written, which may be a reference.
    pub(crate) schema: Node<'a>,
}

pub(crate) struct DocumentedResponse<'a> {
    pub(crate) place: Place,
    /// Media type → media type object.
    pub(crate) contents: Vec<(&'a str, Node<'a>)>,
}

impl<'a> Operation<'a> {
    /// All operations of all fragments. An operation that cannot be read is a violation.
    pub(crate) fn all(spec: &'a Spec) -> Vec<Result<Self, Violation>> {
        let mut operations = Vec::new();
        for file in spec.files() {
            for (template, item) in file.members_of("paths") {
                let documented = METHODS.iter().filter_map(|method| item.get(method));
                operations.extend(
                    documented.map(|operation| Self::read(&file, template, &item, &operation)),
                );
            }
        }
        operations
    }

    fn read(
        file: &Node<'a>,
        template: &'a str,
        item: &Node<'a>,
        operation: &Node<'a>,
    ) -> Result<Self, Violation> {
        let parameters = [item, operation]
            .into_iter()
            .flat_map(|owner| owner.elements_of("parameters"))
            .map(|parameter| Parameter::read(&parameter.resolved()));
        let responses = operation.need("responses")?.members().into_iter();
        let responses = responses.map(|(status, response)| {
            let number = status
                .parse()
                .map_err(|_| response.violation("is not a status that these tests can check"))?;
            let response = response.resolved();
            let read = DocumentedResponse {
                contents: response.need("content")?.members(),
                place: response.place,
            };
            for (_, content) in &read.contents {
                content.need("schema")?;
            }
            Ok((number, read))
        });
        let operation = Self {
            id: operation.need_text("operationId")?,
            place: operation.place.clone(),
            method: operation.place.name().to_uppercase(),
            template,
            parameters: parameters.collect::<Result<_, _>>()?,
            responses: responses.collect::<Result<_, _>>()?,
            authorization_schemes: authorization_schemes(file, operation)?,
        };
        operation.compare_template_and_parameters()?;
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

    /// The path parameter that a segment of the template stands for.
    pub(crate) fn path_parameter(&self, segment: &str) -> Option<&Parameter<'a>> {
        let name = segment.strip_prefix('{')?.strip_suffix('}')?;
        self.path_parameters()
            .find(|parameter| parameter.name == name)
    }

    /// The media type objects of all responses.
    pub(crate) fn contents(&self) -> impl Iterator<Item = &(&'a str, Node<'a>)> {
        let responses = self.responses.values();
        responses.flat_map(|response| &response.contents)
    }

    fn compare_template_and_parameters(&self) -> Result<(), Violation> {
        for segment in self.template.split('/') {
            if segment.starts_with('{') && self.path_parameter(segment).is_none() {
                let message = format!("no parameter is documented for {segment} of the path");
                return Err(Violation::new(&self.place, message));
            }
        }
        for parameter in self.path_parameters() {
            let message = if !parameter.required {
                "is in the path, so it has to be required"
            } else if !self.template.contains(&format!("{{{}}}", parameter.name)) {
                "is not in the path"
            } else {
                continue;
            };
            return Err(Violation::new(&parameter.place, message));
        }
        Ok(())
    }
}

impl<'a> Parameter<'a> {
    fn read(node: &Node<'a>) -> Result<Self, Violation> {
        Ok(Self {
            place: node.place.clone(),
            name: node.need_text("name")?,
            location: node.need_text("in")?,
            required: node.flag("required"),
            schema: node.need("schema")?,
        })
    }
}

/// The authorization schemes by the security requirements of the operation, or else of the file.
fn authorization_schemes(file: &Node<'_>, operation: &Node<'_>) -> Result<Vec<String>, Violation> {
    let Some(requirements) = operation.get("security").or_else(|| file.get("security")) else {
        return Ok(Vec::new());
    };
    let known = file.need("components")?.need("securitySchemes")?;
    let names = requirements.elements().into_iter();
    names
        .flat_map(|requirement| requirement.members())
        .map(|(name, _)| {
            let scheme = known.need(name)?.resolved();
            Ok(match scheme.need_text("type")? {
                "http" => scheme.need_text("scheme")?.to_lowercase(),
                "oauth2" | "openIdConnect" => "bearer".to_owned(),
                _ => return Err(scheme.violation("is not a scheme that these tests can check")),
            })
        })
        .collect()
}
