import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSync } from 'vite';

/** A type, class, function or constant that a module declares. */
export interface Declaration {
  readonly name: string;
  /** As tsc declares it, without `export` and comments, and without what is private or protected. */
  readonly text: string;
  /** What it mentions, of this project. */
  readonly mentions: readonly Declaration[];
  /** What it mentions of packages: the names that each is imported for. */
  readonly packages: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What a module exports. */
export interface Exported {
  readonly declaration: Declaration;
  /** A type alone: also a class or a constant that is exported by `export type`. */
  readonly isType: boolean;
}

/** A node of the syntax tree, as far as we look into it. */
interface Node {
  type: string;
  start: number;
  end: number;
  [part: string]: unknown;
}

interface Module {
  /** The statements that declare a name: several for overloads. */
  statements: Map<string, Node[]>;
  /** Where a name that is not declared here comes from: an import, or what is exported from elsewhere. */
  imports: Map<string, Source>;
  exports: Map<string, Source & { isType: boolean }>;
  /** Modules of which everything is exported. */
  stars: { from: string; isType: boolean }[];
  source: string;
  comments: { start: number; end: number }[];
}

interface Source {
  from: string | undefined;
  name: string;
}

/** The contract has a reference and a hash of its own: what types take from its schemas is not repeated. */
const contract = 'shared/events.ts';

/** The declarations below a folder that tsc filled. Files are named as in the source: `client/index.ts`. */
export class Declarations {
  readonly #folder: string;
  readonly #modules = new Map<string, Module>();
  readonly #declarations = new Map<string, Declaration>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What a module exports, by name. */
  exportsOf(file: string): Map<string, Exported> {
    const { exports, stars } = this.#module(file);
    const all = new Map<string, Exported>();
    for (const { from, isType } of stars) {
      for (const [name, exported] of this.exportsOf(from))
        all.set(name, { ...exported, isType: isType || exported.isType });
    }
    for (const [name, { from = file, name: original, isType }] of exports) {
      const declaration = this.#find(from, original);
      if (declaration?.name !== name) throw new Error(`${file}: ${name} should be exported under the name that it has`);
      all.set(name, { declaration, isType: isType || /^(type|interface)/.test(declaration.text) });
    }
    return all;
  }

  /** The declaration behind a name in a module, if it is of this project. */
  #find(file: string, name: string): Declaration | undefined {
    const { statements, imports, exports, stars } = this.#module(file);
    if (statements.has(name)) return this.#declaration(file, name);
    const { from, name: original } = imports.get(name) ?? exports.get(name) ?? {};
    if (from) return isOurs(from) ? this.#find(from, original ?? name) : undefined;
    for (const { from: star } of stars) {
      const found = this.#find(star, name);
      if (found) return found;
    }
    return undefined;
  }

  #declaration(file: string, name: string): Declaration {
    const key = `${file} ${name}`;
    const known = this.#declarations.get(key);
    if (known) return known;
    const { statements, imports, source, comments } = this.#module(file);
    const nodes = statements.get(name) ?? [];
    const mentions: Declaration[] = [];
    const packages = new Map<string, Set<string>>();
    // It may mention itself, or what mentions it.
    const declaration = { name, text: '', mentions, packages };
    this.#declarations.set(key, declaration);

    const edits = comments.map(({ start, end }) => ({ start, end, text: '' }));
    const mention = (at: string, mentioned: string) => {
      const found = this.#find(at, mentioned);
      if (found && found.name !== mentioned) throw new Error(`${file}: ${mentioned} is ${found.name} elsewhere`);
      if (found) mentions.push(found);
      const from = imports.get(mentioned)?.from;
      if (from && !isOurs(from)) packages.set(from, (packages.get(from) ?? new Set()).add(mentioned));
    };
    for (const node of nodes) {
      walk(node, (part) => {
        if (isInternal(part)) {
          edits.push({ start: part.start, end: part.end, text: '' });
          return false;
        }
        const mentioned = mentionedBy(part, file);
        if (mentioned) mention(file, mentioned);
        const from = part.type === 'TSImportType' && resolve(file, (part.source as { value: string }).value);
        if (from && isOurs(from)) {
          const { name, start } = part.qualifier as { name: string; start: number };
          mention(from, name);
          edits.push({ start: part.start, end: start, text: '' });
        }
        return true;
      });
    }
    declaration.text = nodes.map((node) => edited(source, node, edits)).join('\n');
    return declaration;
  }

  #module(file: string): Module {
    let module = this.#modules.get(file);
    if (!module) {
      module = read(file, readFileSync(join(this.#folder, file.replace(/\.tsx?$/, '.d.ts')), 'utf8'));
      this.#modules.set(file, module);
    }
    return module;
  }
}

function read(file: string, source: string): Module {
  const { program, comments } = parseSync(file.replace(/\.tsx?$/, '.d.ts'), source, { lang: 'dts' });
  const module: Module = { statements: new Map(), imports: new Map(), exports: new Map(), stars: [], source, comments };
  for (const node of program.body as unknown as Node[]) {
    const specifiers = (node.specifiers ?? []) as Node[];
    const from = node.source ? resolve(file, (node.source as { value: string }).value) : undefined;
    const declared = (node.declaration ?? node) as Node;
    if (node.type === 'ImportDeclaration') {
      for (const { local, imported } of specifiers)
        module.imports.set(nameOf(local), { from, name: nameOf(imported ?? local) });
    } else if (node.type === 'ExportAllDeclaration') {
      if (from) module.stars.push({ from, isType: isType(node) });
    } else if (node.type === 'ExportNamedDeclaration' && !node.declaration) {
      for (const specifier of specifiers) {
        const { local, exported } = specifier;
        const source = { from, name: nameOf(local), isType: isType(node) || isType(specifier) };
        module.exports.set(nameOf(exported), source);
      }
    } else {
      for (const name of declaredBy(declared)) {
        module.statements.set(name, [...(module.statements.get(name) ?? []), declared]);
        if (node.declaration) module.exports.set(name, { from: undefined, name, isType: false });
      }
    }
  }
  return module;
}

function isType({ exportKind }: Node): boolean {
  return exportKind === 'type';
}

/** The names that a statement declares. */
function declaredBy(node: Node): string[] {
  if (node.type === 'VariableDeclaration') return (node.declarations as Node[]).map(({ id }) => nameOf(id));
  return node.id ? [nameOf(node.id)] : [];
}

/** The name that a node mentions, if it is one that mentions. Of `z.infer`, that is `z`. */
function mentionedBy(node: Node, file: string): string | undefined {
  if (node.type === 'TSTypeReference') return leftmost(node.typeName as Node);
  if (node.type === 'TSTypeQuery' && file !== contract) return leftmost(node.exprName as Node);
  if (node.type === 'TSInterfaceHeritage' || node.type === 'TSClassImplements')
    return leftmost(node.expression as Node);
  if (node.type === 'ClassDeclaration' && node.superClass) return leftmost(node.superClass as Node);
  return undefined;
}

/** Whether a node is a member of a class that is nobody else's business. */
function isInternal({ type, key, accessibility }: Node): boolean {
  if (!/^(TSAbstract)?(PropertyDefinition|MethodDefinition|AccessorProperty)$/.test(type)) return false;
  return accessibility === 'private' || accessibility === 'protected' || (key as Node).type === 'PrivateIdentifier';
}

function leftmost(node: Node): string {
  return node.type === 'TSQualifiedName' ? leftmost(node.left as Node) : nameOf(node);
}

function nameOf(node: unknown): string {
  return String((node as { name?: unknown; value?: unknown }).name);
}

/** Calls back with a node and, where that says so, with what is below it. */
function walk(node: Node, visit: (node: Node) => boolean): void {
  if (!visit(node)) return;
  for (const part of Object.values(node).flat()) {
    if (typeof part === 'object' && part !== null && 'type' in part) walk(part as Node, visit);
  }
}

function edited(source: string, node: Node, edits: { start: number; end: number; text: string }[]): string {
  let text = '';
  let at = node.start;
  for (const edit of edits.toSorted((one, other) => one.start - other.start)) {
    if (edit.start < at || edit.end > node.end) continue;
    text += source.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return (text + source.slice(at, node.end)).replaceAll(/\n\s*\n/g, '\n');
}

function isOurs(from: string): boolean {
  return /^(client|server|shared)\//.test(from);
}

function resolve(file: string, from: string): string {
  return from.startsWith('.') ? join(dirname(file), from) : from;
}
