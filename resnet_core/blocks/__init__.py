"""The catalogue: one file, one block. Every file of this folder is read at import."""

import importlib
import pkgutil

for _file in pkgutil.iter_modules(__path__, prefix=f"{__name__}."):
    importlib.import_module(_file.name)
