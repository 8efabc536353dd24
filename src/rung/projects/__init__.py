"""Projects: real data, a model, a score beside a baseline. One folder each, found by its `project.toml`."""

from rung.projects.project import Project as Project
from rung.projects.project import load as load
from rung.projects.project import slugs as slugs
