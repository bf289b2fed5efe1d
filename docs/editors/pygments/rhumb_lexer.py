# Made by 'rhumb editor --write' from the verbs and from the words and signs of the lexer.
"""A Pygments lexer for Rhumb: pygmentize -x -l rhumb_lexer.py:RhumbLexer FILE"""

import re

from pygments.lexer import RegexLexer, bygroups, include, words
from pygments.token import (
    Comment, Keyword, Name, Number, Operator, Punctuation, String, Text, Whitespace)

__all__ = ['RhumbLexer']

KEYWORDS = (
    'and', 'break', 'continue', 'else', 'for', 'func', 'if', 'in', 'not', 'or', 'return',
    'while', 'within',
)
LITERALS = (
    'false', 'none', 'true',
)
# Special where a statement starts and a value follows.
STATEMENTS = (
    'expect', 'import', 'param', 'profile', 'time',
)
CONSTANTS = (
    'inf', 'nan', 'pi',
)
VERBS = (
    'ablate', 'abs', 'acos', 'adamw', 'advantages', 'alignment', 'all', 'anchors', 'any',
    'append', 'arange', 'argmax', 'argmin', 'asin', 'atan', 'atan2', 'attention', 'attribute',
    'backward', 'bars', 'bernoulli', 'breakeven', 'breakpoint', 'calibrate', 'captions',
    'cast', 'categories', 'ceil', 'checkpoint', 'choices', 'cholesky', 'clamp', 'classify',
    'clip_score', 'clip_trainer', 'columns', 'compare', 'concat', 'concepts', 'confidence',
    'contains', 'contrast', 'conv2d', 'cos', 'cosine', 'count', 'counterfactuals', 'crop',
    'cross_entropy', 'csv', 'cumsum', 'custom', 'decode', 'denoise', 'denoising_error',
    'describe', 'det', 'detach', 'detect', 'detection_counts', 'detector_trainer', 'direction',
    'directions', 'doctor', 'dot', 'eigh', 'embed', 'embedding', 'embedding_map', 'encode',
    'endswith', 'enumerate', 'erase', 'erf', 'evaluate', 'examine_detector', 'example', 'exp',
    'expand', 'explain', 'eye', 'fid', 'filter', 'flatten', 'flip', 'floor', 'floor_divide',
    'forget', 'format', 'full', 'fuse', 'gelu', 'get', 'grad', 'gradcheck', 'grid', 'group',
    'group_norm', 'heatmap', 'help', 'histogram', 'identify', 'image', 'image_texts', 'index',
    'insert', 'interpolate', 'inverse', 'isnan', 'items', 'join', 'keys', 'layer_norm', 'len',
    'linear', 'lines', 'linspace', 'list', 'load', 'log', 'log10', 'log2', 'log_softmax',
    'lora', 'lower', 'lstsq', 'map', 'matmul', 'max', 'maximum', 'mean', 'median', 'merge',
    'min', 'minimum', 'nearest', 'norm', 'normalize', 'note', 'num', 'objective', 'ones',
    'open', 'orthogonal', 'outer', 'pca', 'permutation', 'permute', 'pinv', 'plausibility',
    'plot', 'preprocess', 'print', 'probe', 'project', 'prompt_embedding', 'prompts', 'q16',
    'qr', 'quantile', 'quick_gelu', 'rand', 'randint', 'randn', 'range', 'record', 'reduce',
    'relu', 'remote', 'remove', 'repeat', 'replace', 'requires_grad', 'reshape', 'resize',
    'resume', 'reverse', 'reward', 'rollout', 'round', 'sample', 'save', 'scatter', 'scene',
    'schedule', 'sgd', 'shape', 'show', 'sigmoid', 'sign', 'silu', 'similarity', 'sin',
    'softmax', 'softplus', 'solve', 'sort', 'split', 'sqrt', 'square', 'squeeze', 'stack',
    'startswith', 'std', 'steer', 'steering', 'step', 'str', 'sum', 'svd', 'sweep', 'table',
    'tan', 'tanh', 'tensor', 'token_embedding', 'tokens', 'topk', 'trace', 'train', 'trainer',
    'trajectory', 'transport', 'transpose', 'trim', 'type', 'unet_trainer', 'unique',
    'unsqueeze', 'upper', 'vae_trainer', 'values', 'var', 'vars', 'weight_difference', 'where',
    'without', 'zero_shot', 'zeros', 'zip',
)
SYMBOLS = (
    '≈', '|>', '->', '==', '!=', '<=', '>=', '~=', '**', '+=', '-=', '*=', '/=', '..', '(',
    ')', '[', ']', '{', '}', ',', ':', ';', '.', '?', '=', '+', '-', '*', '/', '%', '@', '<',
    '>',
)
NAME = r'[^\W\d]\w*'


class RhumbLexer(RegexLexer):
    name = 'Rhumb'
    aliases = ['rhumb']
    filenames = ['*.rhumb']
    mimetypes = ['text/x-rhumb']
    flags = re.MULTILINE

    tokens = {
        'root': [
            (r'#[^\n]*', Comment.Single),
            (r'"', String.Double, 'string'),
            (r"'[^'\n]*'?", String.Single),
            (r'[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9][0-9_]*)?', Number),
            (r'(^|(?<=[;{]))([ \t]*)(%s)\b(?=[ ]*[^ =.,;)\]}\r\n])' % '|'.join(STATEMENTS),
             bygroups(Whitespace, Whitespace, Keyword)),
            (r'\s+', Whitespace),
            (r'(?<!\.)(\.)(?!\.)(?!(?:%s)\b)(%s)' % ('|'.join(KEYWORDS + LITERALS), NAME),
             bygroups(Operator, Name.Attribute)),
            (words(LITERALS, suffix=r'\b'), Keyword.Constant),
            (words(KEYWORDS, suffix=r'\b'), Keyword),
            (NAME + r'(?=:)', Name.Label),
            (words(VERBS, suffix=r'\b'), Name.Builtin),
            (words(CONSTANTS, suffix=r'\b'), Name.Constant),
            (NAME, Name.Variable),
            (words(SYMBOLS), Operator),
            (r'.', Text),
        ],
        # Text, and code in braces with a format behind a colon.
        'string': [
            (r'\\(?:u\{[^}\n]*\}|[^\n])', String.Escape),
            (r'\{', String.Interpol, 'code'),
            (r'["\n]', String.Double, '#pop'),
            (r'[^"\\{\n]+', String.Double),
        ],
        'code': [
            (r'(?::[^}"\n]*)?\}', String.Interpol, '#pop'),
            (r'\n', Whitespace, '#pop:2'),
            (r'[({[]', Operator, 'brackets'),
            # A name in front of a format is no label.
            (words(VERBS, suffix=r'(?=:[^}"\n]*\})'), Name.Builtin),
            (r'(?!(?:%s)\b)%s(?=:[^}"\n]*\})' % ('|'.join(KEYWORDS + LITERALS), NAME), Name.Variable),
            include('root'),
        ],
        'brackets': [
            (r'[)}\]]', Operator, '#pop'),
            (r'[({[]', Operator, '#push'),
            include('root'),
        ],
    }
