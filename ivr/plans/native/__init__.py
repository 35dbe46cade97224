"""A plan as a native, keys-only Asterisk dialplan, for when the service is down."""

from ivr.plans.native.compiling import Compiled, compile_plan
from ivr.plans.native.folder import FILE
from ivr.plans.native.native_plan import CONTEXT, NativePlan, native_plan

__all__ = ["CONTEXT", "FILE", "Compiled", "NativePlan", "compile_plan", "native_plan"]
