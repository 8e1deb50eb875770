"""What top-level statements do besides binding names: change objects, train, load data, flip global switches.

These are judgements from the text alone, tuned on course labs. They err on the side of running less: a statement that
changes a model only in a way not recognised here is named in the report among those that were left.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from grader.student.names import Function, bound_inside


def words(text: str) -> frozenset[str]:
    """The words of a list that reads better as one line."""
    return frozenset(text.split())


TRAINING_METHODS = words("backward step fit fit_generator train_on_batch")
SWITCHES = words(
    "torch.manual_seed torch.random.manual_seed torch.cuda.manual_seed torch.cuda.manual_seed_all numpy.random.seed"
    " random.seed torch.set_default_dtype torch.set_default_tensor_type torch.set_default_device"
    " torch.use_deterministic_algorithms keras.utils.set_random_seed"
)
INERT_CALLS = words(
    "print pprint display summary show imshow plot tqdm len type isinstance help dir input id exit quit save dump"
    " make_dot clear_output info sleep makedirs mkdir exists collect empty_cache"
)
INERT_MODULES = words("matplotlib seaborn wandb logging os sys time warnings gc tqdm IPython shutil pathlib")
INERT_METHODS = words(
    "train eval to cuda cpu forward parameters named_parameters state_dict children modules named_modules size item"
    " numpy detach head tail describe info plot show imshow keys values items close flush write summary"
)
MOVES = words("train eval to cuda cpu")
CONTAINER_METHODS = words(
    "append extend insert add update add_module register_module register_buffer register_parameter setdefault"
)
PASS_THROUGH = words("enumerate list zip reversed iter tuple sorted filter map getattr dict set next")
DATA_CALLS = words("DataLoader DataReader read_csv read_excel read_pickle open urlretrieve urlopen download")
SEEDED_MODULES = words("torch numpy random")
_FITS_NO_NETWORK = re.compile(r"scal|encod|imput|pca|binariz|vectoriz", re.IGNORECASE)


@dataclass
class Effects:
    """What one top-level statement does to objects that others made. Names are roots: `fc` for ``fc.weight[0]``."""

    changes: set[str] = field(default_factory=set)  # by a call
    sets: set[str] = field(default_factory=set)  # by assignment to an attribute or an item
    switches: set[str] = field(default_factory=set)  # modules with a global switch, as the file calls them
    moves: set[str] = field(default_factory=set)  # ``model.to(device)``, ``model.eval()``: never run
    trains: bool = False
    loads_data: bool = False


class Program:
    """The whole file, as far as the effects of one statement depend on it."""

    def __init__(self, statements: Iterable[ast.stmt]) -> None:
        statements = list(statements)
        self.functions: dict[str, list[Function]] = {}
        self.imports: dict[str, str] = {}
        for node in (node for statement in statements for node in ast.walk(statement)):
            self._note(node)
        self.training = self._spread(lambda function: any(map(_is_training_call, calls_in(function.body))))
        self.changing = self._spread(_changes_arguments)
        self.switching = self._spread(
            lambda function: any(self.dotted(call.func) in SWITCHES for call in calls_in(function.body))
        )

    def effects(self, statement: ast.stmt) -> Effects:
        """What one top-level statement does."""
        found = Effects()
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return found
        calls = list(calls_in([statement]))
        found.trains = any(_is_training_call(call) or self.called(call) in self.training for call in calls)
        found.loads_data = any(self._loads_data(call) for call in calls)
        _EffectReader(self, found).visit(statement)
        return found

    def dotted(self, node: ast.expr) -> str:
        """The full name of what is called, imports resolved: ``np.random.seed`` gives ``numpy.random.seed``."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self.imports.get(node.id, node.id), *reversed(parts)])

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self.functions.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.ClassDef):
            makers = [each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"]
            self.functions.setdefault(node.name, []).extend(makers)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                self.imports[alias.asname or root] = alias.name if alias.asname else root
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                self.imports[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def _spread(self, direct: Callable[[Function], bool]) -> set[str]:
        """The functions for which `direct` holds, and all that call one of them."""
        found = {name for name, nodes in self.functions.items() if any(map(direct, nodes))}
        while more := {name for name in self.functions if name not in found and self._calls_any(name, found)}:
            found |= more
        return found

    def _calls_any(self, name: str, names: set[str]) -> bool:
        calls = (call for node in self.functions[name] for call in calls_in(node.body))
        return any(self.called(call) in names for call in calls)

    def called(self, call: ast.Call) -> str:
        """The file's own function that a call may reach; "" for none."""
        if isinstance(call.func, ast.Name):
            return call.func.id if call.func.id in self.functions else ""
        if isinstance(call.func, ast.Attribute) and call.func.attr in self.functions:
            return "" if root_name(call.func) in self.imports else call.func.attr
        return ""

    def _loads_data(self, call: ast.Call) -> bool:
        return last_name(call.func) in DATA_CALLS or self.dotted(call.func).startswith("torchvision.datasets.")


class _EffectReader:
    """Collects the effects of one statement; `aliases` says what loop variables stand for."""

    def __init__(self, program: Program, found: Effects) -> None:
        self.program = program
        self.found = found
        self.aliases: dict[str, set[str]] = {}

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            return
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            self._alias(node.target, self.roots(node.iter))
        if isinstance(node, ast.ListComp):
            for generator in node.generators:
                self.visit(generator)
            self._discarded(node.elt)
        if isinstance(node, ast.Expr):
            self._discarded(node.value)
        elif isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete):
            self._assignment(node)
        for child in ast.iter_child_nodes(node):
            self.visit(child)

    def roots(self, node: ast.expr) -> set[str]:
        """The names whose objects `node` may reach."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id, {node.id})
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            return self.roots(node.value)
        if isinstance(node, ast.List | ast.Tuple):
            return set().union(*map(self.roots, node.elts)) if node.elts else set()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return set() if root_name(node.func) in self.program.imports else self.roots(node.func.value)
        if isinstance(node, ast.Call) and last_name(node.func) in PASS_THROUGH:
            return self._argument_roots(node)
        return set()

    def _argument_roots(self, call: ast.Call) -> set[str]:
        return {root for each in [*call.args, *(word.value for word in call.keywords)] for root in self.roots(each)}

    def _alias(self, target: ast.expr, roots: set[str]) -> None:
        for each in ast.walk(target):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                self.aliases[each.id] = roots

    def _assignment(self, node: ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete) -> None:
        targets = node.targets if isinstance(node, ast.Assign | ast.Delete) else [node.target]
        for target in targets:
            if isinstance(target, ast.Attribute | ast.Subscript):
                if self.program.dotted(target).startswith("torch.backends."):
                    self.found.switches.add(root_name(target))
                self.found.sets |= self.roots(target)
        value = getattr(node, "value", None)
        if isinstance(value, ast.Call):
            thrown_away = all(isinstance(target, ast.Name) and target.id == "_" for target in targets)
            if thrown_away or _in_place(last_name(value.func)) or last_name(value.func) == "load_state_dict":
                self._discarded(value)

    def _discarded(self, call: ast.expr) -> None:
        """A call whose result nobody keeps: what it is for is its effect."""
        if isinstance(call, ast.Await):
            call = call.value
        if not isinstance(call, ast.Call):
            return
        dotted, name = self.program.dotted(call.func), last_name(call.func)
        if dotted in SWITCHES:
            self.found.switches.add(root_name(call.func))
        elif isinstance(call.func, ast.Name) and call.func.id in self.program.functions:
            self._own_function(call, name)
        elif name in ("setattr", "delattr") and call.args:
            self.found.sets |= self.roots(call.args[0])
        elif isinstance(call.func, ast.Name) or root_name(call.func) in self.program.imports:
            if name not in INERT_CALLS and dotted.partition(".")[0] not in INERT_MODULES:
                self.found.changes |= self._argument_roots(call)
        elif isinstance(call.func, ast.Attribute):
            roots = self.roots(call.func.value)
            if name in MOVES:
                self.found.moves |= roots
            if name not in INERT_METHODS:
                self.found.changes |= roots

    def _own_function(self, call: ast.Call, name: str) -> None:
        if name in self.program.switching:
            self.found.switches |= {key for key, value in self.program.imports.items() if value in SEEDED_MODULES}
        if name in self.program.changing:
            self.found.changes |= self._argument_roots(call)


def root_name(node: ast.expr) -> str:
    """The name that a chain of attributes, items and calls starts from; "" for none."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def last_name(node: ast.expr) -> str:
    """``zeros_`` for ``nn.init.zeros_``; "" for what is no name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def calls_in(nodes: Iterable[ast.AST]) -> Iterator[ast.Call]:
    """The calls made when these nodes run, bodies of functions left out."""
    todo = list(nodes)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            todo += ast.iter_child_nodes(node)


def _is_training_call(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in TRAINING_METHODS:
        return False
    return call.func.attr != "fit" or not _FITS_NO_NETWORK.search(ast.unparse(call.func.value))


def _changes_arguments(function: Function) -> bool:
    """Whether a function changes something that is not its own: fills in place, appends, sets attributes."""
    arguments = {each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)}
    own = bound_inside(function)[0] - arguments
    return any(_changes_foreign(node, own) for statement in function.body for node in ast.walk(statement))


def _changes_foreign(node: ast.AST, own: set[str]) -> bool:
    if isinstance(node, ast.Call):
        name = last_name(node.func)
        if _in_place(name) or name in ("setattr", "apply", "load_state_dict"):
            return True
        return name in CONTAINER_METHODS and root_name(node.func) not in own
    if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
        return root_name(node) not in own or last_name(node) in ("data", "requires_grad", "weight", "bias")
    return False


def _in_place(name: str) -> bool:
    """PyTorch's convention: `zeros_`, `fill_`, `requires_grad_`."""
    return name.endswith("_") and not name.endswith("__")
