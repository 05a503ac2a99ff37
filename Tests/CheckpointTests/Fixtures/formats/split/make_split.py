"""Writes llama.gguf beside this folder in four files, as the gguf package splits a model.

Run: python3 make_split.py   (needs gguf)
"""

import pathlib

import gguf

HERE = pathlib.Path(__file__).parent
reader = gguf.GGUFReader(HERE.parent / "llama.gguf")
writer = gguf.GGUFWriter(HERE / "llama.gguf", "llama", split_max_tensors=9)
for name, field in reader.fields.items():
    if name.startswith("GGUF.") or name == "general.architecture":
        continue
    kind = field.types[0]
    writer.add_key_value(name, field.contents(), kind, sub_type=field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None)
for tensor in reader.tensors:
    writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
