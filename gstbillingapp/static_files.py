"""How the browser's files are stored outside DEBUG."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class ManifestStorage(CompressedManifestStaticFilesStorage):
    """Names with a hash of the content and compressed copies, so that a browser may keep them for ever.

    Our scripts are ES modules without a bundler: their imports of each other are renamed too.
    """

    support_js_module_import_aggregation = True
