"""Guards loads of models while a program runs: ``import backstamp.guard; backstamp.guard.install()``.

Loaders of transformers, PyTorch, safetensors, ONNX Runtime, joblib, pickle, NumPy, Keras, TensorFlow, GGUF,
skops and pandas are checked against ``models.lock`` or a signed manifest before a byte is used. No library is
imported for it.
"""

from backstamp.guard.approvals import Answer, AnyOf, Approval, Approvals, Refusal, listed
from backstamp.guard.errors import GuardError
from backstamp.guard.events import Event
from backstamp.guard.inheriting import install_from_environment
from backstamp.guard.installation import active, install, uninstall
from backstamp.guard.locked import locked
from backstamp.guard.manifests import Manifested

__all__ = [
    "Answer",
    "AnyOf",
    "Approval",
    "Approvals",
    "Event",
    "GuardError",
    "Manifested",
    "Refusal",
    "active",
    "install",
    "install_from_environment",
    "listed",
    "locked",
    "uninstall",
]
