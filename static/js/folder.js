// Uploading a folder: browsers send the names of its files without their folders, so they go beside the files;
// files of other kinds, which nobody would read, stay at home.

document.addEventListener("formdata", (event) => {
  const field = event.target.querySelector("input[type=file][data-folder]");
  if (!field || !field.files.length) return;
  const kinds = field.dataset.folder.split(",");
  const read = [...field.files].filter((file) => {
    const path = file.webkitRelativePath || file.name;
    const hidden = path.split("/").some((part) => part.startsWith(".") || part === "node_modules" || part === "__MACOSX");
    return !hidden && kinds.some((kind) => file.name.toLowerCase().endsWith(kind));
  });
  event.formData.delete(field.name);
  for (const file of read) event.formData.append(field.name, file, file.name);
  event.formData.set("paths", JSON.stringify(read.map((file) => file.webkitRelativePath || file.name)));
});
